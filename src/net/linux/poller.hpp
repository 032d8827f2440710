// SPDX-License-Identifier: MIT
// Poller: the readiness of all connections of one loop, from an epoll of our own that Asio watches
// as a single descriptor. One wake-up of Asio serves every connection that is ready, and an idle
// connection costs Asio nothing (docs/decisions/0002-epoll-inside-asio.md has the measurements).
//
// Edge-triggered: when notified of "readable", read until the kernel has no more, or ask to be
// called again. Loop's thread.
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

  /// False if the kernel refuses. Remove `watched` before destroying it.
  bool add(Socket& socket, Watched& watched);
  void remove(Socket& socket, Watched& watched);
  /// Opens `socket`, starts to connect it, and watches it as add() does. When `watched` is
  /// notified, Socket::connect_result() may have the result.
  std::error_code connect(Socket& socket, const boost::asio::ip::tcp::endpoint& peer,
                          Watched& watched);
  /// For callers that have got "would block". Does nothing here: edges are reported without asking.
  void await_readable(Socket&) {}
  void await_writable(Socket&) {}
  /// True, once, if the latest batch was full, so that more sockets may be ready.
  bool take_full() { return std::exchange(is_full_, false); }
  /// Sends no further notifications.
  void stop();

 private:
  void wait();
  void poll();

  boost::asio::posix::stream_descriptor epoll_;
  std::array<epoll_event, 256> events_{};
  // The rest of the batch, still to be reported.
  std::span<epoll_event> batch_;
  // The latest of the batch that was notified, which the rest does not contain: a batch has each
  // socket only once.
  const Watched* notified_ = nullptr;
  std::size_t watched_count_ = 0;
  bool is_full_ = false;
  bool waiting_ = false;
};

}  // namespace socketio::net
