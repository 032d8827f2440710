// SPDX-License-Identifier: MIT
// How Engine.IO packets travel in WebSocket messages (Engine.IO protocol 4, "WebSocket"), at either
// end; a server also speaks protocol 3. Pure functions, any thread.
#pragma once

#include "codec/engineio/packet.hpp"
#include "codec/engineio/v3.hpp"
#include "codec/websocket/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::engine {

/// How binary messages travel: as they are, or as base64 text for peers that asked so. Protocol 3
/// has them with their type.
enum class BinaryForm : std::uint8_t { bytes, base64, v3_bytes, v3_base64 };
inline constexpr std::size_t binary_forms = 4;

constexpr bool is_v3(BinaryForm form) { return form >= BinaryForm::v3_bytes; }

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
  } else if (form == BinaryForm::v3_bytes) {
    const char type = engineio::v3::byte_of(packet.type);
    use(Opcode::binary, std::string_view(&type, 1), packet.data);
  } else {
    std::string text;
    is_v3(form) ? engineio::v3::append_text(text, packet) : engineio::append_text(text, packet);
    use(Opcode::text, std::string_view(), std::string_view(text));
  }
}

}  // namespace socketio::engine
