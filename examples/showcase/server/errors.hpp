// SPDX-License-Identifier: MIT
// Errors, as both ends see them: acknowledgements that succeed, fail or never come, and what the
// server refused before there was a socket. And `broadcast`, which says anything to everybody.
//
// Construct it before the server runs; it must outlive the server's run. Handlers run on the loops of
// their sockets, at the same time where there are several.
#pragma once

#include <socketio/server.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

namespace showcase {

class Errors {
 public:
  /// Refused connections that somebody who asks is shown.
  static constexpr std::size_t shown = 20;

  explicit Errors(socketio::Server& io);

 private:
  void on_action(const std::optional<socketio::json>& order, const socketio::Ack<socketio::json>&);
  void on_connection_error(const socketio::RefusedRequest& refused);

  socketio::Server& io_;
  std::atomic<std::int64_t> actions_ = 0;
  std::mutex mutex_;  // for refused_
  std::deque<socketio::json> refused_;
};

}  // namespace showcase
