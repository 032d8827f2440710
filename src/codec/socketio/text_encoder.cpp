// SPDX-License-Identifier: MIT
#include "codec/socketio/text_encoder.hpp"

#include <cstddef>
#include <string_view>

namespace socketio::parser {
namespace {

PacketType wire_type(const OutgoingPacket& packet) {
  if (packet.attachments.empty()) return packet.type;
  return packet.type == PacketType::ack ? PacketType::binary_ack : PacketType::binary_event;
}

}  // namespace

Result<EncodedPacket, Errc> TextEncoder::encode(const OutgoingPacket& packet) {
  using engineio::Content;
  const Header header{wire_type(packet), packet.attachments.size(), packet.nsp, packet.id, {}};
  const auto [payload, room] = packet.payload;
  if (header_limit(header) > room.size()) {
    text_.clear();
    append_header(text_, header);
    text_ += payload;
    return EncodedPacket{Content::text, text_, packet.attachments};
  }
  char* const end = room.data() + room.size();
  char* const start = write_header_before(end, header);
  const std::size_t header_bytes = static_cast<std::size_t>(end - start);
  return EncodedPacket{Content::text, {start, header_bytes + payload.size()}, packet.attachments};
}

}  // namespace socketio::parser
