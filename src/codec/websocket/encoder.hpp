// SPDX-License-Identifier: MIT
// Writes messages as single unfragmented WebSocket frames, appended to the caller's buffer (RFC
// 6455 5.2). Pure functions, any thread.
#pragma once

#include "codec/websocket/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::websocket {

/// Whether the payload is the output of a Deflater; the frame then has RSV1 set (RFC
/// 7692 section 6).
enum class Coding : std::uint8_t { plain, deflated };

inline constexpr std::size_t prefix_limit = 6;

/// A server's frame, which is not masked. The payload begins with `prefix`, of `prefix_limit` bytes
/// at most: a protocol that puts a digit in front of a message need not copy the message.
void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  Coding coding = Coding::plain, std::string_view prefix = {});

/// A client's frame; `mask` must come from an unpredictable source (section 10.3).
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::array<std::uint8_t, 4> mask, Coding coding = Coding::plain,
                         std::string_view prefix = {});

/// The payload of a close frame: empty for CloseCode::no_status, otherwise the code and the reason,
/// cut to 123 bytes between two code points.
std::string close_payload(CloseCode code, std::string_view reason);

}  // namespace socketio::websocket
