// SPDX-License-Identifier: MIT
// Socket: a TCP connection that does not block, by the kernel's own calls. Owns its descriptor,
// which the Poller watches: remove it there before closing. Loop's thread.
#pragma once

#include "net/transfer.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <sys/uio.h>
#include <system_error>
#include <utility>

namespace socketio::net {

class Socket {
 public:
  /// A part of what one send() gathers.
  using Piece = iovec;
  static Piece piece_of(std::string_view bytes) {
    return {const_cast<char*>(bytes.data()), bytes.size()};
  }

  /// Stream::lapses_allowed(): unacknowledged_bytes() knows all there is to know.
  static constexpr int lapses_allowed = 1;

  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    return *this;
  }

  /// The next connection that waits; without one, asio::error::would_block.
  static Socket accept(boost::asio::ip::tcp::acceptor& acceptor, boost::system::error_code& error);
  /// One that only occupies a descriptor, if there is one left.
  static Socket spare(boost::asio::ip::tcp::acceptor& acceptor);

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  void close();
  /// Small messages leave at once (TCP_NODELAY).
  void send_at_once();

  Transfer receive(std::span<char> buffer);
  Transfer send(std::string_view bytes);
  Transfer send(std::span<Piece> pieces);
  /// Says FIN.
  void end_sending();
  /// Bytes that the kernel has taken and the peer has not acknowledged.
  std::size_t unacknowledged_bytes() const;

  /// How connecting ended, without an error if well; nothing while it is underway.
  std::optional<std::error_code> connect_result() const;
  /// None unless the socket is connected.
  std::optional<boost::asio::ip::tcp::endpoint> local_endpoint() const;
  std::optional<boost::asio::ip::tcp::endpoint> remote_endpoint() const;

 private:
  int descriptor_ = -1;
};

}  // namespace socketio::net
