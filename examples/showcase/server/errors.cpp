// SPDX-License-Identifier: MIT
#include "errors.hpp"

#include "clock.hpp"

namespace showcase {
namespace {

using socketio::Ack;
using socketio::Arguments;
using socketio::json;
using socketio::Socket;

constexpr const char* watchers = "connection-errors";

bool wants(const std::optional<json>& order, const char* what) {
  return order && order->is_object() && order->value(what, json()) == true;
}

}  // namespace

Errors::Errors(socketio::Server& io) : io_(io) {
  io.on("action", [this](std::optional<json> order, Ack<json> done) { on_action(order, done); });
  // Whatever it is, however many arguments: it is passed on as it came, without being decoded.
  io.on("broadcast", [this](Arguments anything) { io_.emit("broadcast", anything); });
  io.on("watch-connection-errors", [this](Socket& socket) {
    socket.join(watchers);
    const std::lock_guard lock(mutex_);
    return refused_;
  });
  io.on_connection_error(
      [this](const socketio::RefusedRequest& refused) { on_connection_error(refused); });
}

void Errors::on_action(const std::optional<json>& order, const Ack<json>& done) {
  // Who emitted it with a timeout is told by their own clock that nothing came.
  if (wants(order, "silent")) return;
  if (wants(order, "fail")) return done({{"success", false}, {"error", "You asked me to fail"}});
  done({{"success", true}, {"result", "Action " + std::to_string(++actions_) + " is done"}});
}

/// A handshake was refused: there is no socket that could be told.
void Errors::on_connection_error(const socketio::RefusedRequest& refused) {
  const json error{{"code", refused.code}, {"message", refused.message}, {"at", now_ms()}};
  {
    const std::lock_guard lock(mutex_);
    refused_.push_back(error);
    if (refused_.size() > shown) refused_.pop_front();
  }
  io_.to(watchers).volatile_().emit("connection_error", error);
}

}  // namespace showcase
