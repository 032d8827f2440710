// SPDX-License-Identifier: MIT
// Poller: the readiness of all connections of one loop, from Asio's own reactor, with one wait for
// each socket that is to be notified. It does the same as linux/poller.hpp wherever Asio works, and
// costs more (docs/decisions/0005-two-platforms.md).
//
// One-shot: when notified of "readable", read until the system has no more and call
// await_readable(), or ask to be called again. Loop's thread.
#pragma once

#include "net/platform/socket.hpp"
#include "net/poller_base.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

namespace socketio::net {

class Poller final : public PollerBase {
 public:
  Poller(boost::asio::io_context& context, HandlerMemory& handler_memory,
         std::function<void()> enter_turn)
      : PollerBase(context, handler_memory, std::move(enter_turn)) {}

  /// False if the system refuses or memory is lacking. Remove `watched` before destroying it.
  bool add(Socket& socket, Watched& watched);
  void remove(Socket& socket, Watched& watched);
  /// Opens `socket`, starts to connect it, and watches it as add() does. Notifies `watched` when
  /// Socket::connect_result() may have the result.
  std::error_code connect(Socket& socket, const boost::asio::ip::tcp::endpoint& peer,
                          Watched& watched);
  /// For callers that have got "would block", or have read less than they had room for.
  void await_readable(Socket& socket);
  void await_writable(Socket& socket);
  /// True, once, if so many were notified in this turn that more sockets may be ready.
  bool take_full() { return std::exchange(told_count_, 0) >= full_count; }
  /// Sends no further notifications.
  void stop();

 private:
  /// Asio asks the system for 128 events at a time, and not all of them are for sockets that
  /// somebody waits for.
  static constexpr std::size_t full_count = 64;

  void tell(Socket::State& state, Ready ready);
  void count_watched();

  std::size_t told_count_ = 0;
  std::size_t watched_count_ = 0;
  /// A connection keeps the io_context running even if nobody reads from it.
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
};

}  // namespace socketio::net
