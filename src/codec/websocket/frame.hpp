// SPDX-License-Identifier: MIT
// The words of RFC 6455 that decoder, encoder and their users share: opcodes, close codes, roles,
// limits and what can be wrong with a frame.
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

/// In the first byte of a message's first frame: it is compressed (RFC 7692 section 6).
inline constexpr std::uint8_t deflated_bit = 0x40;

/// Who we are: a server receives masked frames and sends plain ones, a client the reverse
/// (section 5.1).
enum class Role : std::uint8_t { server, client };

/// Section 7.4.1. `no_status` and `abnormal` never travel in a frame.
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

/// Why a byte stream is not WebSocket; close_code_of() gives the code to close with.
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
  invalid_close_payload,    // 5.5.1: one byte, or a code that must not travel
  invalid_deflate,          // RFC 7692 7.2.2: not compressed data, or cut off
  message_too_big,          // Limits::message_bytes, as it came or inflated
  too_many_fragments,       // Limits::fragments
};

CloseCode close_code_of(Errc error);

/// Frames that a message may have if nothing else is said. They bound what empty frames cost;
/// honest peers write large messages in frames of 4096 bytes, the smallest in use have 64.
constexpr std::size_t fragments_for(std::size_t message_bytes) {
  constexpr std::size_t least = 1024;
  constexpr std::size_t small_frame_bytes = 64;
  return std::max(least, message_bytes / small_frame_bytes);
}

struct Limits {
  /// Payload of one message over all its fragments, checked at the frame header before buffering;
  /// of a compressed one also what it inflates to, checked while it does.
  std::size_t message_bytes = 1'000'000;
  /// Frames of one message; empty ones count.
  std::size_t fragments = fragments_for(message_bytes);
};

}  // namespace socketio::websocket
