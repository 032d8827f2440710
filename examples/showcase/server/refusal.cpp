// SPDX-License-Identifier: MIT
#include "refusal.hpp"

#include "token_bucket.hpp"

namespace showcase {

using socketio::json;
using socketio::Socket;

json refused(const Socket& socket, std::string_view why) {
  socket.emit("error", json{{"message", why}});
  return {{"ok", false}, {"error", why}};
}

std::optional<json> refused_for_haste(const Socket& socket) {
  if (socket.data<TokenBucket>().take(TokenBucket::Clock::now())) return std::nullopt;
  return refused(socket, "That is too much at once. Please wait a moment.");
}

}  // namespace showcase
