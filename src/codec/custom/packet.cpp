// SPDX-License-Identifier: MIT
#include "codec/custom/packet.hpp"

#include "codec/http/utf8.hpp"

#include <socketio/json_writer.hpp>

#include <algorithm>
#include <exception>
#include <span>
#include <utility>

namespace socketio::custom {
namespace {

using parser::PacketType;

/// The JSON text may be this many times as long as the limit of a packet, as in codec/msgpack.
constexpr std::size_t text_growth = 3;

/// What a packet views.
struct Parts {
  std::string nsp;
  TextBuffer text;
  std::vector<Bytes> attachments;
};

/// Calls the application's `use()`. Returns the text of what it throws.
template <class Use>
std::optional<std::string> text_of_exception(Use use) {
  try {
    use();
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "the parser has thrown an unknown exception";
  }
}

std::optional<parser::Errc> check_header(const ParserPacket& packet) {
  if (packet.type > ParserPacket::Type::connect_error) return parser::Errc::unknown_type;
  if (!packet.nsp.starts_with('/') || !http::is_utf8(packet.nsp))
    return parser::Errc::invalid_namespace;
  if (packet.id.value_or(0) > parser::max_ack_id) return parser::Errc::invalid_id;
  const bool needs_data =
      packet.type == ParserPacket::Type::event || packet.type == ParserPacket::Type::ack;
  if (needs_data && packet.data.is_null()) return parser::Errc::invalid_payload;
  return std::nullopt;
}

}  // namespace

Result<std::optional<parser::Packet>, parser::Errc> Decoder::add_text(std::string_view message,
                                                                      codec::Document& document) {
  return add(std::string(message), message.size(), document);
}

Result<std::optional<parser::Packet>, parser::Errc> Decoder::add_binary(std::string_view message,
                                                                        codec::Document& document) {
  return add(Bytes(message.begin(), message.end()), message.size(), document);
}

Result<std::optional<parser::Packet>, parser::Errc> Decoder::add(const ParserMessage& message,
                                                                 std::size_t bytes,
                                                                 codec::Document& document) {
  // An empty message counts, too, so that their number is limited.
  const std::size_t counted = std::max<std::size_t>(bytes, 1);
  if (counted > limits_.packet_bytes - waiting_bytes_) {
    reset();
    return parser::Errc::too_large;
  }
  waiting_bytes_ += counted;
  auto decoded = decode(message);
  if (!decoded) {
    reset();
    return decoded.error();
  }
  if (!*decoded) return std::optional<parser::Packet>();
  waiting_bytes_ = 0;
  auto packet = check(std::move(**decoded), document);
  if (!packet) return packet.error();
  return std::optional(std::move(*packet));
}

void Decoder::reset() {
  decoder_.reset();
  waiting_bytes_ = 0;
}

Result<std::optional<ParserPacket>, parser::Errc> Decoder::decode(const ParserMessage& message) {
  std::optional<ParserPacket> packet;
  auto thrown = text_of_exception([&] {
    if (!decoder_) decoder_ = parser_->make_decoder();
    packet = decoder_->add(message);
  });
  if (!thrown) return packet;
  thrown_ = std::move(*thrown);
  return parser::Errc::parser_threw;
}

Result<parser::Packet, parser::Errc> Decoder::check(ParserPacket packet,
                                                    codec::Document& document) const {
  if (const auto problem = check_header(packet)) return *problem;
  const auto parts = std::make_shared<Parts>();
  parts->nsp = std::move(packet.nsp);
  if (!packet.data.is_null()) {
    JsonWriter(parts->text, parts->attachments, JsonWriter::Infinities::as_numbers)
        .value(std::move(packet.data));
  }
  if (parts->attachments.size() > limits_.attachments) return parser::Errc::too_many_attachments;
  if (parts->text.size() / text_growth > limits_.packet_bytes) return parser::Errc::too_large;

  const parser::Header header{.type = static_cast<PacketType>(packet.type),
                              .attachments = parts->attachments.size(),
                              .nsp = parts->nsp,
                              .id = packet.id,
                              .payload = parts->text.view()};
  const auto payload = parser::parse_payload(header.payload, parts->attachments, document);
  if (!payload) return payload.error();
  if (const auto problem = parser::check_payload(header, *payload, role_)) return *problem;
  parser::Packet checked = parser::make_packet(header, *payload);
  checked.attachments = parts->attachments;
  checked.storage = parts;
  return checked;
}

Encoder::Encoder(std::shared_ptr<CustomParser> parser)
    : parser_(std::move(parser)), document_(limits) {}

Result<parser::EncodedPacket, parser::Errc> Encoder::encode(const parser::OutgoingPacket& packet) {
  const auto payload = parser::parse_payload(packet.payload.text, packet.attachments, document_);
  if (!payload) return payload.error();
  auto thrown = text_of_exception([&] {
    messages_ = parser_->encode({.type = static_cast<ParserPacket::Type>(packet.type),
                                 .nsp = std::string(packet.nsp),
                                 .data = payload->to_json(),
                                 .id = packet.id});
  });
  if (!thrown && messages_.empty()) thrown = "the parser has made no message of a packet";
  if (thrown) {
    thrown_ = std::move(*thrown);
    return parser::Errc::parser_threw;
  }
  return parser::EncodedPacket{.own = messages_};
}

}  // namespace socketio::custom
