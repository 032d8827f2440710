// SPDX-License-Identifier: MIT
// Errors, as both ends see them: acknowledgements that succeed, fail or never come, and what the
// server refused before there was a socket. And `broadcast`, which says anything to everybody.
//
// Construct it before the server runs; it must outlive the server's run. On the server's loop.
#pragma once

#include <socketio/server.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
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
  std::int64_t actions_ = 0;
  std::deque<socketio::json> refused_;
};

}  // namespace showcase
