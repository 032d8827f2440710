// SPDX-License-Identifier: MIT
// Socket: a non-blocking TCP connection, with Asio's socket. What the Poller's handlers need is
// shared with them, so that they may run after the socket is gone. Loop's thread.
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
  /// One of the parts that a send() gathers.
  using Piece = boost::asio::const_buffer;
  static Piece piece_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

  /// See Stream::lapses_allowed(): a system may buffer megabytes, and accept more only when a third
  /// of that has been sent.
  static constexpr int lapses_allowed = 4;

  Socket() = default;
  /// Not open yet.
  explicit Socket(const boost::asio::any_io_executor& executor);
  ~Socket() { close(); }
  Socket(Socket&&) noexcept = default;
  Socket& operator=(Socket&& other) noexcept {
    close();
    state_ = std::move(other.state_);
    return *this;
  }

  /// Returns the next waiting connection, or asio::error::would_block.
  static Socket accept(boost::asio::ip::tcp::acceptor& acceptor, boost::system::error_code& error);
  /// Takes a connection that somebody else has accepted, unless there is an error: it may be no stream,
  /// or a listener.
  static Socket adopt(const boost::asio::any_io_executor& executor, int descriptor,
                      boost::system::error_code& error);
  /// From now on it is used with another executor. It is watched by no Poller. If there is no memory for
  /// that it closes.
  void move_to(const boost::asio::any_io_executor& executor);
  /// Returns a socket that only occupies a descriptor, if one is left.
  static Socket spare(boost::asio::ip::tcp::acceptor& acceptor);

  bool is_open() const { return state_ != nullptr; }
  void close();
  /// Sends small messages without delay (TCP_NODELAY).
  void send_at_once();

  Transfer receive(std::span<char> buffer);
  Transfer send(std::string_view bytes);
  Transfer send(std::span<Piece> pieces);
  /// Sends FIN.
  void end_sending();
  /// Not every system reports what the peer has not acknowledged.
  std::size_t unacknowledged_bytes() const { return 0; }

  /// The result of connecting, without an error if it succeeded; nothing while it is underway.
  std::optional<std::error_code> connect_result() const { return state_->connect_result; }
  /// Nothing unless the socket is connected.
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
