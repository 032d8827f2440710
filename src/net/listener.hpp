// SPDX-License-Identifier: MIT
// Listener: accepts connections on one address and port, one UNIX socket, or one descriptor. When file descriptors run out it
// pauses instead of spinning, and refuses one waiting client so that the queue advances. Loop's
// thread only.
#pragma once

#include "net/asio_loop.hpp"
#include "net/platform/socket.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
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
  /// Binds to a file, which replaces one that nobody listens to and goes at close().
  void open_file(const std::string& path, std::optional<unsigned> permissions,
                 std::error_code& error);
  /// Takes a socket that listens. Returns its port, or 0 if it has none.
  std::uint16_t adopt(int descriptor, std::error_code& error);
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
  std::string path_;  // of the UNIX socket that it has bound
  Socket spare_;
  MemberTimer<Listener, &Listener::on_rested> rest_timer_{*this};
};

}  // namespace socketio::net
