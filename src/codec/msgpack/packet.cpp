// SPDX-License-Identifier: MIT
#include "codec/msgpack/packet.hpp"

#include <simdjson.h>

#include <cmath>
#include <utility>

namespace socketio::msgpack {
namespace {

using parser::PacketType;

/// The JSON text may be this many times as long as the message. Without a limit it could be six
/// times as long, since a byte of a string can take six.
constexpr std::size_t text_growth = 3;
/// A larger buffer is freed with its packet.
constexpr std::size_t kept_text_bytes = 64 * 1024;

parser::Errc error_of(Errc error) {
  switch (error) {
    case Errc::too_many_attachments:
      return parser::Errc::too_many_attachments;
    case Errc::text_too_long:
      return parser::Errc::too_large;
    case Errc::truncated:
    case Errc::reserved_byte:
    case Errc::trailing_bytes:
    case Errc::invalid_key:
    case Errc::too_deep:
    case Errc::too_many_values:
      break;
  }
  return parser::Errc::invalid_msgpack;
}

/// What JavaScript accepts as a non-negative integer, which can be a float.
std::optional<std::uint64_t> as_integer(const Token& token, std::uint64_t limit) {
  std::uint64_t value = 0;
  if (token.kind == Token::Kind::unsigned_integer) {
    value = token.unsigned_integer;
  } else if (token.kind == Token::Kind::number && token.number >= 0 &&
             token.number <= static_cast<double>(limit) &&
             std::trunc(token.number) == token.number) {
    value = static_cast<std::uint64_t>(token.number);
  } else {
    return std::nullopt;
  }
  return value <= limit ? std::optional(value) : std::nullopt;
}

constexpr auto last_type = static_cast<std::uint64_t>(PacketType::connect_error);

/// In the JSON encoding JavaScript also accepts events and acknowledgements without data.
bool needs_data(PacketType type) { return type == PacketType::event || type == PacketType::ack; }

}  // namespace

Decoder::Parts& Decoder::fresh_parts() {
  if (!parts_) {
    parts_ = std::make_shared<Parts>();
    return *parts_;
  }
  TextBuffer text = std::move(parts_->text);
  text.clear();
  *parts_ = Parts();
  parts_->text = std::move(text);
  return *parts_;
}

std::optional<parser::Errc> Decoder::read(std::string_view message, Parts& parts) const {
  Reader reader(message);
  const auto map = reader.next();
  if (!map) return error_of(map.error());
  if (map->kind != Token::Kind::map) return parser::Errc::unknown_type;
  for (std::uint64_t i = 0; i < map->unsigned_integer; ++i) {
    const auto name = skip(reader);
    if (!name) return error_of(name.error());
    const bool named = name->kind == Token::Kind::string;
    if (const auto error = read_member(named ? name->bytes : std::string_view(), reader, parts))
      return error;
  }
  return reader.at_end() ? std::nullopt : std::optional(error_of(Errc::trailing_bytes));
}

/// If a name occurs more than once the last value counts, as in JavaScript.
std::optional<parser::Errc> Decoder::read_member(std::string_view name, Reader& reader,
                                                 Parts& parts) const {
  if (name == "data") return read_data(reader, parts);
  const auto value = skip(reader);
  if (!value) return error_of(value.error());
  if (name == "type") {
    parts.type = as_integer(*value, last_type);
    if (!parts.type) return parser::Errc::unknown_type;
  } else if (name == "nsp") {
    const bool valid = value->kind == Token::Kind::string && value->bytes.starts_with('/') &&
                       simdjson::validate_utf8(value->bytes.data(), value->bytes.size());
    if (!valid) return parser::Errc::invalid_namespace;
    parts.nsp = std::string(value->bytes);
  } else if (name == "id") {
    parts.id = as_integer(*value, parser::max_ack_id);
    if (!parts.id && value->kind != Token::Kind::undefined) return parser::Errc::invalid_id;
  }
  return std::nullopt;
}

std::optional<parser::Errc> Decoder::read_data(Reader& reader, Parts& parts) const {
  parts.text.clear();
  parts.attachments.clear();
  Reader ahead = reader;
  const auto token = ahead.next();
  if (!token) return error_of(token.error());
  if (token->kind == Token::Kind::undefined) {
    reader = ahead;
    return std::nullopt;
  }
  TextLimits text_limits;
  text_limits.depth = json_limits_.depth;
  text_limits.values = json_limits_.nodes;
  text_limits.attachments = limits_.attachments;
  text_limits.text_bytes = text_growth * limits_.packet_bytes;
  const auto error = append_json(parts.text, parts.attachments, reader, text_limits);
  return error ? std::optional(error_of(*error)) : std::nullopt;
}

Result<std::optional<parser::Packet>, parser::Errc> Decoder::add_text(std::string_view,
                                                                      codec::Document&) {
  return parser::Errc::unexpected_text;
}

Result<std::optional<parser::Packet>, parser::Errc> Decoder::add_binary(std::string_view message,
                                                                        codec::Document& document) {
  if (message.empty()) return parser::Errc::empty_packet;
  if (message.size() > limits_.packet_bytes) return parser::Errc::too_large;
  Parts& parts = fresh_parts();
  if (const auto error = read(message, parts)) return *error;
  if (!parts.type) return parser::Errc::unknown_type;
  if (!parts.nsp) return parser::Errc::invalid_namespace;
  if (parts.text.size() == 0 && needs_data(static_cast<PacketType>(*parts.type)))
    return parser::Errc::invalid_payload;

  const parser::Header header{.type = static_cast<PacketType>(*parts.type),
                              .attachments = parts.attachments.size(),
                              .nsp = *parts.nsp,
                              .id = parts.id,
                              .payload = parts.text.view()};
  const auto payload = parser::parse_payload(header.payload, parts.attachments, document);
  if (!payload) return payload.error();
  if (const auto problem = parser::check_payload(header, *payload, role_)) return *problem;
  parser::Packet packet = parser::make_packet(header, *payload);
  packet.attachments = parts.attachments;
  if (!parts.attachments.empty() || parts.text.capacity() > kept_text_bytes) {
    packet.storage = std::move(parts_);
  }
  return std::optional(std::move(packet));
}

Result<parser::EncodedPacket, parser::Errc> Encoder::encode(const parser::OutgoingPacket& packet) {
  const auto payload = parser::parse_payload(packet.payload.text, packet.attachments, document_);
  if (!payload) return payload.error();
  const bool has_data = !packet.payload.text.empty();
  message_.clear();
  append_map_header(message_, 2 + (has_data ? 1 : 0) + (packet.id ? 1 : 0));
  append_string(message_, "type");
  append_integer(message_, static_cast<std::uint64_t>(packet.type));
  append_string(message_, "nsp");
  append_string(message_, packet.nsp);
  if (packet.id) {
    append_string(message_, "id");
    append_integer(message_, *packet.id);
  }
  if (has_data) {
    append_string(message_, "data");
    append_value(message_, *payload);
  }
  return parser::EncodedPacket{engineio::Content::binary, message_, {}};
}

}  // namespace socketio::msgpack
