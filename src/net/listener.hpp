// SPDX-License-Identifier: MIT
// Listener: accepts TCP connections of one address and port. When file descriptors run out it
// pauses instead of spinning, and refuses one waiting client, so that the queue moves. Loop's
// thread only.
#pragma once

#include "net/asio_loop.hpp"
#include "net/platform/socket.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <system_error>

namespace socketio::net {

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using OnAccept = std::function<void(Socket socket)>;

  Listener(AsioLoop& loop, OnAccept on_accept);

  /// Binds to an IP address or "localhost", that is 127.0.0.1; an empty one means all addresses,
  /// IPv6 and IPv4. Returns the port (of interest for port 0).
  std::uint16_t open(std::string_view address, std::uint16_t port, std::error_code& error);
  void start();
  void close();
  /// For contain(): goes on after a rest.
  void on_exception() noexcept;

 private:
  void accept();
  void rest();
  void on_rested();
  bool bind(const boost::asio::ip::tcp::endpoint& endpoint, boost::system::error_code& error);

  AsioLoop& loop_;
  OnAccept on_accept_;
  boost::asio::ip::tcp::acceptor acceptor_;
  Socket spare_;
  MemberTimer<Listener, &Listener::on_rested> rest_timer_{*this};
};

}  // namespace socketio::net
