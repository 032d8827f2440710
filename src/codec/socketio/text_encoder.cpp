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
  text_.clear();
  append_header(text_, {wire_type(packet), packet.attachments.size(), packet.nsp, packet.id, {}});
  const auto [payload, room] = packet.payload;
  if (text_.size() > room.size()) {
    text_ += payload;
    return EncodedPacket{engineio::Content::text, text_, packet.attachments};
  }
  char* const start = room.data() + room.size() - text_.size();
  text_.copy(start, text_.size());
  return EncodedPacket{
      engineio::Content::text, {start, text_.size() + payload.size()}, packet.attachments};
}

}  // namespace socketio::parser
