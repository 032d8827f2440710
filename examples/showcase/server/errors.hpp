// SPDX-License-Identifier: MIT
// Errors, as both ends see them: acknowledgements that succeed, fail or never come. And `broadcast`, which says anything to everybody.
//
// Construct it before the server runs; it must outlive the server's run. On the server's loop.
#pragma once

#include <socketio/server.hpp>

#include <cstdint>
#include <optional>

namespace showcase {

class Errors {
 public:
  explicit Errors(socketio::Server& io);

 private:
  void on_action(const std::optional<socketio::json>& order, const socketio::Ack<socketio::json>&);

  socketio::Server& io_;
  std::int64_t actions_ = 0;
};

}  // namespace showcase
