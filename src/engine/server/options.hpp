// SPDX-License-Identifier: MIT
// What an Engine.IO server can be told: defaults are those of the JavaScript implementation, limits
// those of docs/limits.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace socketio::engine {

struct Options {
  bool polling = true;
  bool websocket = true;
  bool allow_upgrades = true;
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  /// A started upgrade that does not finish is given up after this.
  std::chrono::milliseconds upgrade_timeout{10'000};
  /// One HTTP body or one WebSocket message; told to clients as maxPayload.
  std::size_t max_payload_bytes = 1'000'000;
  /// Official clients send all that they kept while they were offline in one payload.
  std::size_t packets_per_payload = 100'000;
  /// Nothing: websocket::fragments_for(max_payload_bytes).
  std::optional<std::size_t> fragments_per_message{};
  /// Bytes that a peer has not taken: over `out_buffer_bytes` for `stall_timeout`, or over
  /// `out_buffer_limit_bytes` at once, and it is disconnected.
  std::size_t out_buffer_bytes = 1024 * 1024;
  std::size_t out_buffer_limit_bytes = 16 * 1024 * 1024;
  std::chrono::milliseconds stall_timeout{10'000};
  /// A session that we close while no poll is pending waits this long for the poll that
  /// learns of it.
  std::chrono::milliseconds close_timeout{30'000};
  /// Sessions at once; beyond, handshakes get 503. As many again, which are closed already, may
  /// wait for that poll. 0: no limit but the file descriptors.
  std::size_t sessions = 0;
};

}  // namespace socketio::engine
