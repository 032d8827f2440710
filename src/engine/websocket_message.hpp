// SPDX-License-Identifier: MIT
// How Engine.IO packets travel in WebSocket messages (Engine.IO protocol 4, "WebSocket"), at either
// end. Pure functions, any thread.
#pragma once

#include "codec/engineio/packet.hpp"
#include "codec/websocket/frame.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::engine {

/// How binary messages travel: as they are, or as base64 text for peers that asked so.
enum class BinaryForm : std::uint8_t { bytes, base64 };

/// Calls `use(opcode, prefix, data)` for the message that carries `packet`: `prefix` in front of
/// `data`, which is not copied.
template <class Use>
void as_websocket_message(const engineio::Packet& packet, BinaryForm form, Use use) {
  using websocket::Opcode;
  if (packet.content == engineio::Content::text) {
    const char digit = engineio::digit_of(packet.type);
    use(Opcode::text, std::string_view(&digit, 1), packet.data);
  } else if (form == BinaryForm::bytes) {
    use(Opcode::binary, std::string_view(), packet.data);
  } else {
    std::string text;
    engineio::append_text(text, packet);
    use(Opcode::text, std::string_view(), std::string_view(text));
  }
}

}  // namespace socketio::engine
