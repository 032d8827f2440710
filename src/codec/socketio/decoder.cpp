// SPDX-License-Identifier: MIT
#include "codec/socketio/decoder.hpp"

namespace socketio::parser {
namespace {

using Kind = Value::Kind;

bool is_number(Kind kind) {
  return kind == Kind::integer || kind == Kind::unsigned_integer || kind == Kind::number;
}

std::optional<Errc> check_event(const Value& payload) {
  Value name;
  if (!ValueArray(payload).next(name)) return Errc::invalid_payload;
  if (is_number(name.kind())) return std::nullopt;
  std::string_view text;
  if (!name.get(text)) return Errc::invalid_payload;
  return is_reserved_event(text) ? std::optional(Errc::reserved_event) : std::nullopt;
}

}  // namespace

std::optional<Errc> check_payload(const Header& header, const Value& payload, Role role) {
  const bool absent = header.payload.empty();
  const Kind kind = payload.kind();
  bool valid = false;
  switch (header.type) {
    case PacketType::event:
    case PacketType::binary_event:
      if (!absent) return check_event(payload);
      valid = true;
      break;
    case PacketType::ack:
    case PacketType::binary_ack:
      valid = absent || kind == Kind::array;
      break;
    case PacketType::connect:
      valid = absent || kind == Kind::object;
      break;
    case PacketType::disconnect:
      valid = absent;
      break;
    case PacketType::connect_error:
      valid = kind == Kind::string || kind == Kind::object;
      break;
  }
  if (header.type == PacketType::connect_error && role == Role::server) return Errc::unknown_type;
  return valid ? std::nullopt : std::optional(Errc::invalid_payload);
}

Result<Value, Errc> parse_payload(std::string_view text, std::span<const Bytes> attachments,
                                  codec::Document& document) {
  if (text.empty()) return Value();
  const auto value = document.parse(text, attachments);
  if (value) return *value;
  return value.error() == codec::JsonErrc::invalid_placeholder ? Errc::invalid_placeholder
                                                               : Errc::invalid_json;
}

Packet make_packet(const Header& header, const Value& payload) {
  Packet packet;
  packet.type = header.type;
  packet.nsp = header.nsp;
  packet.id = header.id;
  packet.text = header.payload;
  packet.payload = payload;
  return packet;
}

}  // namespace socketio::parser
