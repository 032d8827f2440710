// SPDX-License-Identifier: MIT
// Socket: a non-blocking TCP connection, with system calls. It owns its descriptor, which the
// Poller watches: remove it from the Poller before closing it. Loop's thread.
#pragma once

#include "net/transfer.hpp"

#include <boost/asio/any_io_executor.hpp>
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
  /// One of the parts that a send() gathers.
  using Piece = iovec;
  static Piece piece_of(std::string_view bytes) {
    return {const_cast<char*>(bytes.data()), bytes.size()};
  }

  /// See Stream::lapses_allowed(): here unacknowledged_bytes() is exact.
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

  /// Returns the next waiting connection, or asio::error::would_block.
  static Socket accept(boost::asio::ip::tcp::acceptor& acceptor, boost::system::error_code& error);
  /// Takes a connection that somebody else has accepted, unless there is an error: it may be no stream,
  /// or a listener.
  static Socket adopt(const boost::asio::any_io_executor& executor, int descriptor,
                      boost::system::error_code& error);
  /// From now on it is used with another executor. It is watched by no Poller.
  void move_to(const boost::asio::any_io_executor&) {}
  /// Returns a socket that only occupies a descriptor, if one is left.
  static Socket spare(boost::asio::ip::tcp::acceptor& acceptor);

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  void close();
  /// Sends small messages without delay (TCP_NODELAY).
  void send_at_once();

  Transfer receive(std::span<char> buffer);
  Transfer send(std::string_view bytes);
  Transfer send(std::span<Piece> pieces);
  /// Sends FIN.
  void end_sending();
  /// Bytes that the kernel has accepted and the peer has not acknowledged.
  std::size_t unacknowledged_bytes() const;

  /// The result of connecting, without an error if it succeeded; nothing while it is underway.
  std::optional<std::error_code> connect_result() const;
  /// Nothing unless the socket is connected.
  std::optional<boost::asio::ip::tcp::endpoint> local_endpoint() const;
  std::optional<boost::asio::ip::tcp::endpoint> remote_endpoint() const;

 private:
  int descriptor_ = -1;
};

}  // namespace socketio::net
