// SPDX-License-Identifier: MIT
#include "core/client/packet_codec.hpp"

#include "codec/json/bytes.hpp"

namespace socketio::core {

std::string_view describe(parser::Errc error) {
  switch (error) {
    case parser::Errc::empty_packet:
    case parser::Errc::unknown_type:
    case parser::Errc::invalid_id:
    case parser::Errc::invalid_payload:
    case parser::Errc::invalid_placeholder:
    case parser::Errc::invalid_namespace:
      break;
    case parser::Errc::invalid_attachment_count:
      return "a packet has no valid number of attachments, or more than are allowed";
    case parser::Errc::invalid_json:
      return "a packet's payload is no JSON, is too deep or has more than json_values";
    case parser::Errc::reserved_event:
      return "an event has a reserved name";
    case parser::Errc::unexpected_text:
      return "a packet came before all attachments of the one before";
    case parser::Errc::unexpected_binary:
      return "binary data came that no packet announced";
    case parser::Errc::too_large:
      return "a packet with its attachments is larger than max_payload_bytes";
    case parser::Errc::invalid_msgpack:
      return "a packet is no MessagePack, is too deep or has more than json_values";
  }
  return "a packet is not as Socket.IO has it";
}

namespace {

using AnyDecoder = std::variant<parser::Decoder, msgpack::Decoder>;

AnyDecoder make_decoder(Parser parser, const parser::Limits& limits,
                        const codec::JsonLimits& json) {
  constexpr auto role = parser::Decoder::Role::client;
  if (parser == Parser::msgpack) return msgpack::Decoder(role, limits, json);
  return parser::Decoder(role, limits);
}

}  // namespace

PacketCodec::PacketCodec(Parser parser, const parser::Limits& limits, const codec::JsonLimits& json)
    : decoder_(make_decoder(parser, limits, json)), document_(json) {
  if (parser == Parser::msgpack) encoder_.emplace();
}

PacketCodec::Decoded PacketCodec::add_text(std::string_view message) {
  return std::visit([&](auto& decoder) { return decoder.add_text(message, document_); }, decoder_);
}

PacketCodec::Decoded PacketCodec::add_binary(std::string_view message) {
  return std::visit([&](auto& decoder) { return decoder.add_binary(message, document_); },
                    decoder_);
}

void PacketCodec::reset() {
  std::visit([](auto& decoder) { decoder.reset(); }, decoder_);
}

bool PacketCodec::send(engine::ClientSession& session, parser::Header header,
                       const std::vector<Bytes>& attachments, Compress compress) {
  packet_.clear();
  if (encoder_) {
    if (encoder_->append_packet(packet_, header, attachments)) return false;
    session.send_binary(packet_, compress);
    return true;
  }
  header.attachments = attachments.size();
  if (!attachments.empty()) {
    header.type = header.type == parser::PacketType::ack ? parser::PacketType::binary_ack
                                                         : parser::PacketType::binary_event;
  }
  parser::append_header(packet_, header);
  packet_ += header.payload;
  session.send_text(packet_, compress);
  for (const Bytes& attachment : attachments) {
    session.send_binary(codec::as_text(attachment), compress);
  }
  return true;
}

bool PacketCodec::is_disconnect(engineio::Content content, std::string_view message) {
  if (content != (encoder_ ? engineio::Content::binary : engineio::Content::text)) return false;
  reset();
  const Decoded decoded = encoder_ ? add_binary(message) : add_text(message);
  return decoded && *decoded && (*decoded)->type == parser::PacketType::disconnect;
}

}  // namespace socketio::core
