// SPDX-License-Identifier: MIT
#include "codec/socketio/text_encoder.hpp"

#include <cstddef>
#include <string_view>

namespace socketio::parser {
namespace {

// Memory that the next packet may use. What grew beyond this is given back.
constexpr std::size_t kept_bytes = 64 * 1024;

PacketType wire_type(const OutgoingPacket& packet) {
  if (packet.attachments.empty()) return packet.type;
  return packet.type == PacketType::ack ? PacketType::binary_ack : PacketType::binary_event;
}

}  // namespace

Result<EncodedPacket, Errc> TextEncoder::encode(const OutgoingPacket& packet) {
  using engineio::Content;
  if (text_.capacity() > kept_bytes) std::string().swap(text_);
  const Header header{wire_type(packet), packet.attachments.size(), packet.nsp, packet.id, {}};
  const auto [payload, room] = packet.payload;
  const std::size_t size = header_size(header);
  if (size > room.size()) {
    text_.clear();
    append_header(text_, header);
    text_ += payload;
    return EncodedPacket{Content::text, text_, packet.attachments};
  }
  const char* const start = write_header_before(room.data() + room.size(), header);
  return EncodedPacket{Content::text, {start, size + payload.size()}, packet.attachments};
}

}  // namespace socketio::parser
