// SPDX-License-Identifier: MIT
// The options of an Engine.IO server. The defaults are those of the JavaScript implementation, the
// limits those of docs/limits.md.
#pragma once

#include "base/loop_place.hpp"
#include "codec/http/compression.hpp"
#include "codec/websocket/extension.hpp"

#include <socketio/token_bucket.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace socketio::engine {

/// The most that the server agrees to, and from which size on it compresses messages.
struct DeflateLimits {
  websocket::DeflateParameters most{};
  std::size_t threshold_bytes = 1024;
};

struct Options {
  /// Sessions get ids that belong to this loop.
  LoopPlace place{};
  bool polling = true;
  bool websocket = true;
  bool allow_upgrades = true;
  /// Clients of protocol 3 are accepted, too.
  bool allow_eio3 = false;
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  /// An upgrade that takes longer is abandoned.
  std::chrono::milliseconds upgrade_timeout{10'000};
  /// For one HTTP body or one WebSocket message. Clients get it as maxPayload.
  std::size_t max_payload_bytes = 1'000'000;
  /// Of WebSockets. Nothing means that they are not compressed.
  std::optional<DeflateLimits> deflate{};
  /// Official clients send everything that they kept while they were offline in one payload.
  std::size_t packets_per_payload = 100'000;
  /// Responses to polls are compressed from this size on. Nothing means never.
  std::optional<std::size_t> compression_threshold_bytes = http::compression_threshold_bytes;
  /// Nothing means websocket::fragments_for(max_payload_bytes).
  std::optional<std::size_t> fragments_per_message{};
  /// A peer is disconnected if it has left `out_buffer_bytes` unread for `stall_timeout`, or more
  /// than `out_buffer_limit_bytes` at any time.
  std::size_t out_buffer_bytes = 1024 * 1024;
  std::size_t out_buffer_limit_bytes = 16 * 1024 * 1024;
  std::chrono::milliseconds stall_timeout{10'000};
  /// A peer that has left more than `out_buffer_bytes` unread gets no further events, but stays.
  bool drop_newest = false;
  /// Volatile events may wait as long as no more than `out_buffer_bytes` do.
  bool queue_volatile = false;
  /// If a session is closed while no poll is pending, it is kept this long for the poll
  /// that is told so.
  std::chrono::milliseconds close_timeout{30'000};
  /// The number of sessions; beyond it, handshakes get 503. As many closed ones may wait for their
  /// last poll. 0: limited only by the file descriptors.
  std::size_t sessions = 0;
  /// The same for those of one address. 0: no limit.
  std::size_t sessions_per_address = 0;
  /// Handshakes in a second, and at once after a rest. 0: no limit.
  std::size_t handshakes_per_second = 0;
  std::size_t handshakes_per_second_per_address = 0;
  /// Messages of one peer in a second, and at once after a rest. Beyond it, it is disconnected. 0: no
  /// limit.
  std::size_t messages_per_second = 0;
  std::size_t messages_burst = 0;
  /// Packets are counted (Counters).
  bool metrics = false;
  /// A peer is disconnected if a WebSocket message takes this long at less than
  /// Stream::least_bytes_per_second.
  std::chrono::milliseconds message_timeout{30'000};
};

/// Of what may happen so often in a second, and as often at once.
inline Rate rate_of(std::size_t per_second) {
  const auto rate = static_cast<double>(per_second);
  return {.per_second = rate, .burst = rate};
}

}  // namespace socketio::engine
