// SPDX-License-Identifier: MIT
// What travels over a connection of plain Engine.IO, as engine::Socket and engine::Client show it.
#pragma once

#include <string_view>

namespace socketio::engine {

/// What one end sends to the other: text, which is UTF-8, or bytes. A view: valid during the call
/// that gets it.
struct Message {
  std::string_view data;
  bool is_binary = false;
};

/// A packet of the protocol. A view: valid during the call that gets it.
struct PacketView {
  /// "open", "close", "ping", "pong", "message", "upgrade" or "noop".
  std::string_view type;
  std::string_view data;
  bool is_binary = false;
};

}  // namespace socketio::engine
