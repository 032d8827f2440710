// SPDX-License-Identifier: MIT
#include "errors.hpp"

namespace showcase {
namespace {

using socketio::Ack;
using socketio::Arguments;
using socketio::json;

bool wants(const std::optional<json>& order, const char* what) {
  return order && order->is_object() && order->value(what, json()) == true;
}

}  // namespace

Errors::Errors(socketio::Server& io) : io_(io) {
  io.on("action", [this](std::optional<json> order, Ack<json> done) { on_action(order, done); });
  // Whatever it is, however many arguments: it is passed on as it came, without being decoded.
  io.on("broadcast", [this](Arguments anything) { io_.emit("broadcast", anything); });
}

void Errors::on_action(const std::optional<json>& order, const Ack<json>& done) {
  // Who emitted it with a timeout is told by their own clock that nothing came.
  if (wants(order, "silent")) return;
  if (wants(order, "fail")) return done({{"success", false}, {"error", "You asked me to fail"}});
  done({{"success", true}, {"result", "Action " + std::to_string(++actions_) + " is done"}});
}

}  // namespace showcase
