// SPDX-License-Identifier: MIT
// Messages out, as single unfragmented WebSocket frames appended to a caller's buffer (RFC
// 6455 5.2). Pure functions, any thread.
#pragma once

#include "codec/websocket/frame.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::websocket {

/// Whether a payload is what a Deflater made of the message: the frame then says so with RSV1 (RFC
/// 7692 section 6).
enum class Coding : std::uint8_t { plain, deflated };

/// A server's frame: not masked. `prefix` is the beginning of the payload: a protocol that puts a
/// few bytes in front of a message need not copy it.
void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  Coding coding = Coding::plain, std::string_view prefix = {});

/// A client's frame; `mask` must come from an unpredictable source (section 10.3).
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::array<std::uint8_t, 4> mask, Coding coding = Coding::plain,
                         std::string_view prefix = {});

/// Payload of a close frame: empty for CloseCode::no_status, else code and reason (cut to 123 bytes
/// at a code point's border).
std::string close_payload(CloseCode code, std::string_view reason);

}  // namespace socketio::websocket
