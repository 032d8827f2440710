// SPDX-License-Identifier: MIT
// The options of an Engine.IO client. The defaults are those of the JavaScript implementation.
#pragma once

#include "base/connector.hpp"
#include "engine/transport.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::engine {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

struct ClientOptions {
  Endpoint endpoint{};
  // As it is requested.
  std::string path = "/socket.io/";
  NamedValues query{};
  // For every request.
  NamedValues extra_headers{};
  std::vector<TransportName> transports{TransportName::polling, TransportName::websocket};
  bool upgrade = true;
  bool remember_upgrade = false;
  bool try_all_transports = false;
  bool force_base64 = false;
  bool cookies = true;
  /// For one polling request. 0: none.
  std::chrono::milliseconds request_timeout{0};
  /// WebSocket messages of at least this size are compressed if the server agrees. Nothing:
  /// compression is not negotiated.
  std::optional<std::size_t> deflate_threshold_bytes = 1024;
  /// For one HTTP body or one WebSocket message from the server.
  std::size_t max_payload_bytes = 64 * 1024 * 1024;
  std::size_t packets_per_payload = 100'000;
  /// Nothing means websocket::fragments_for(max_payload_bytes).
  std::optional<std::size_t> fragments_per_message{};
};

}  // namespace socketio::engine
