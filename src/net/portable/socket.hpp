// SPDX-License-Identifier: MIT
// Socket: a TCP connection that does not block, by Asio's socket. What the Poller's handlers need
// is shared with them, so that they may come after it is gone. Loop's thread.
#pragma once

#include "net/transfer.hpp"
#include "net/watched.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

namespace socketio::net {

class Socket {
 public:
  /// A part of what one send() gathers.
  using Piece = boost::asio::const_buffer;
  static Piece piece_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

  /// Stream::lapses_allowed(): systems may hold megabytes, and take more when a third of
  /// that has gone.
  static constexpr int lapses_allowed = 4;

  Socket() = default;
  /// Not yet open.
  explicit Socket(const boost::asio::any_io_executor& executor);
  ~Socket() { close(); }
  Socket(Socket&&) noexcept = default;
  Socket& operator=(Socket&& other) noexcept {
    close();
    state_ = std::move(other.state_);
    return *this;
  }

  /// The next connection that waits; without one, asio::error::would_block.
  static Socket accept(boost::asio::ip::tcp::acceptor& acceptor, boost::system::error_code& error);
  /// One that only occupies a descriptor, if there is one left.
  static Socket spare(boost::asio::ip::tcp::acceptor& acceptor);

  bool is_open() const { return state_ != nullptr; }
  void close();
  /// Small messages leave at once (TCP_NODELAY).
  void send_at_once();

  Transfer receive(std::span<char> buffer);
  Transfer send(std::string_view bytes);
  Transfer send(std::span<Piece> pieces);
  /// Says FIN.
  void end_sending();
  /// Not every system tells what the peer has not acknowledged.
  std::size_t unacknowledged_bytes() const { return 0; }

  /// How connecting ended, without an error if well; nothing while it is underway.
  std::optional<std::error_code> connect_result() const { return state_->connect_result; }
  /// None unless the socket is connected.
  std::optional<boost::asio::ip::tcp::endpoint> local_endpoint() const;
  std::optional<boost::asio::ip::tcp::endpoint> remote_endpoint() const;

 private:
  friend class Poller;
  struct State {
    explicit State(const boost::asio::any_io_executor& executor) : socket(executor) {}
    boost::asio::ip::tcp::socket socket;
    Watched* watched = nullptr;
    std::optional<std::error_code> connect_result;
    bool awaits_readable = false;
    bool awaits_writable = false;
  };

  std::shared_ptr<State> state_;
};

}  // namespace socketio::net
