// SPDX-License-Identifier: MIT
// Listener: accepts TCP connections on one address and port. When file descriptors run out it
// pauses instead of spinning, and refuses one waiting client so that the queue advances. Loop's
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

  /// Binds to an IP address or to "localhost", which is 127.0.0.1. An empty address means all
  /// addresses, IPv6 and IPv4. Returns the port, which the system chooses if `port` is 0.
  std::uint16_t open(std::string_view address, std::uint16_t port, std::error_code& error);
  void start();
  void close();
  /// For contain(): continues after a pause.
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
