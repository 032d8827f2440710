// SPDX-License-Identifier: MIT
// The terms of RFC 6455 that the decoder, the encoder and their users share: opcodes, close codes,
// roles, limits, and what can be wrong with a frame.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace socketio::websocket {

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10
};

/// Set in the first byte of a message's last frame (RFC 6455 section 5.2).
inline constexpr std::uint8_t final_bit = 0x80;
/// Set in the first byte of the first frame of a compressed message (RFC 7692 section 6).
inline constexpr std::uint8_t deflated_bit = 0x40;

/// Our role. A server receives masked frames and sends unmasked ones, a client the reverse
/// (section 5.1).
enum class Role : std::uint8_t { server, client };

/// Section 7.4.1. `no_status` and `abnormal` are never sent in a frame.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_status = 1005,
  abnormal = 1006,
  invalid_payload = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  internal_error = 1011,
};

/// Why a stream of bytes is not valid WebSocket. close_code_of() gives the code to close with.
enum class Errc : std::uint8_t {
  reserved_bit_set,         // 5.2: RSV1-3 that no extension defines there (RFC 7692 6: RSV1)
  reserved_opcode,          // 5.2
  mask_missing,             // 5.1: a client's frame must be masked
  mask_unexpected,          // 5.1: a server's frame must not be
  length_not_minimal,       // 5.2
  length_top_bit_set,       // 5.2
  control_too_long,         // 5.5: more than 125 bytes
  control_fragmented,       // 5.5
  unexpected_continuation,  // 5.4
  message_not_finished,     // 5.4: a new message inside a fragmented one
  invalid_utf8,             // 8.1
  invalid_close_payload,    // 5.5.1: one byte, or a code that must not be sent
  invalid_deflate,          // RFC 7692 7.2.2: not compressed data, or cut off
  message_too_big,          // Limits::message_bytes, as it arrived or inflated
  too_many_fragments,       // Limits::fragments
};

CloseCode close_code_of(Errc error);

/// The default limit on the frames of one message, which bounds the cost of empty frames. Honest
/// peers write large messages in frames of 4096 bytes; the smallest in use have 64.
constexpr std::size_t fragments_for(std::size_t message_bytes) {
  constexpr std::size_t least = 1024;
  constexpr std::size_t small_frame_bytes = 64;
  return std::max(least, message_bytes / small_frame_bytes);
}

struct Limits {
  /// The payload of one message, over all its fragments. It is checked at each frame header, before
  /// anything is buffered; for a compressed message the inflated size is checked as well, while it
  /// is inflated.
  std::size_t message_bytes = 1'000'000;
  /// The frames of one message, including empty ones.
  std::size_t fragments = fragments_for(message_bytes);
};

}  // namespace socketio::websocket
