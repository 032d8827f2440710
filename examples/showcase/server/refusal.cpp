// SPDX-License-Identifier: MIT
#include "refusal.hpp"

#include <socketio/token_bucket.hpp>

namespace showcase {

using socketio::json;
using socketio::Socket;

namespace {

/// A burst, and then as much as flows in.
struct Haste {
  socketio::TokenBucket bucket{{.per_second = 2, .burst = 60}};
};

}  // namespace

json refused(const Socket& socket, std::string_view why) {
  socket.emit("error", json{{"message", why}});
  return {{"ok", false}, {"error", why}};
}

std::optional<json> refused_for_haste(const Socket& socket) {
  if (socket.data<Haste>().bucket.take()) return std::nullopt;
  return refused(socket, "That is too much at once. Please wait a moment.");
}

}  // namespace showcase
