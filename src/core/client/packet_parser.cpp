// SPDX-License-Identifier: MIT
#include "core/client/packet_parser.hpp"

#include "codec/custom/packet.hpp"
#include "codec/msgpack/packet.hpp"
#include "codec/socketio/text_decoder.hpp"
#include "codec/socketio/text_encoder.hpp"

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
      return "a packet has no valid number of attachments";
    case parser::Errc::too_many_attachments:
      return "a packet has more attachments than are allowed";
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
    case parser::Errc::parser_threw:
      return "the parser has thrown an exception";
  }
  return "a packet is not as Socket.IO has it";
}

PacketParser::PacketParser(const Parser& parser, const parser::Limits& limits,
                           const codec::JsonLimits& json)
    : document_(json) {
  constexpr auto role = parser::Role::client;
  if (parser.own()) {
    decoder_ = std::make_unique<custom::Decoder>(parser.own(), role, limits);
    encoder_ = std::make_unique<custom::Encoder>(parser.own());
  } else if (parser.kind() == Parser::msgpack) {
    decoder_ = std::make_unique<msgpack::Decoder>(role, limits, json);
    encoder_ = std::make_unique<msgpack::Encoder>();
  } else {
    decoder_ = std::make_unique<parser::TextDecoder>(role, limits);
    encoder_ = std::make_unique<parser::TextEncoder>();
  }
}

PacketParser::Decoded PacketParser::add_text(std::string_view message) {
  return decoder_->add_text(message, document_);
}

PacketParser::Decoded PacketParser::add_binary(std::string_view message) {
  return decoder_->add_binary(message, document_);
}

void PacketParser::reset() { decoder_->reset(); }

std::optional<parser::Errc> PacketParser::send(engine::ClientSession& session,
                                               const parser::OutgoingPacket& packet,
                                               Compress compress) {
  const auto encoded = encoder_->encode(packet);
  if (!encoded) return encoded.error();
  parser::for_each_message(
      *encoded, [&](const engineio::Packet& message) { session.send(message, compress); });
  return std::nullopt;
}

bool PacketParser::is_disconnect(engineio::Content content, std::string_view message) {
  reset();
  const Decoded decoded =
      content == engineio::Content::text ? add_text(message) : add_binary(message);
  return decoded && *decoded && (*decoded)->type == parser::PacketType::disconnect;
}

}  // namespace socketio::core
