// SPDX-License-Identifier: MIT
// Poller: readiness of all connections of one loop, by an epoll of our own that Asio watches as one
// descriptor. One wake-up of Asio serves every connection that is ready, and an idle connection
// costs Asio nothing (docs/decisions/0002-epoll-inside-asio.md has the measurements).
//
// Edge-triggered: who is told "readable" reads until the kernel has no more, or asks to be called
// again. Loop's thread.
#pragma once

#include "net/platform/socket.hpp"
#include "net/poller_base.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <sys/epoll.h>
#include <system_error>
#include <utility>

namespace socketio::net {

class Poller final : public PollerBase {
 public:
  Poller(boost::asio::io_context& context, HandlerMemory& handler_memory,
         std::function<void()> enter_turn);

  /// False if the kernel refuses. `watched` must be removed before it dies.
  bool add(Socket& socket, Watched& watched);
  void remove(Socket& socket, Watched& watched);
  /// Opens `socket` and begins to connect it, as add() does with a connected one: when `watched` is
  /// told something, Socket::connect_result() may know more.
  std::error_code connect(Socket& socket, const boost::asio::ip::tcp::endpoint& peer,
                          Watched& watched);
  /// For who has been told "would block". An edge comes without being asked for.
  void await_readable(Socket&) {}
  void await_writable(Socket&) {}
  /// The latest batch was full, so that more sockets may be ready; says so once.
  bool take_full() { return std::exchange(is_full_, false); }
  /// Nothing is told any more.
  void stop();

 private:
  void wait();
  void poll();

  boost::asio::posix::stream_descriptor epoll_;
  std::array<epoll_event, 256> events_{};
  std::span<epoll_event> batch_;  // not yet told
  std::size_t watched_count_ = 0;
  bool is_full_ = false;
  bool waiting_ = false;
};

}  // namespace socketio::net
