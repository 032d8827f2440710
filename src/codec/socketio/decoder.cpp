// SPDX-License-Identifier: MIT
#include "codec/socketio/decoder.hpp"

#include <utility>

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

std::optional<Errc> check_payload(const Header& header, const Value& payload, Decoder::Role role) {
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
  if (header.type == PacketType::connect_error && role == Decoder::Role::server)
    return Errc::unknown_type;
  return valid ? std::nullopt : std::optional(Errc::invalid_payload);
}

Result<Value, Errc> parse_payload(const Header& header, std::span<const Bytes> attachments,
                                  codec::Document& document) {
  if (header.payload.empty()) return Value();
  const auto value = document.parse(header.payload, attachments);
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

Result<std::optional<Packet>, Errc> Decoder::add_text(std::string_view message,
                                                      codec::Document& document) {
  if (partial_) return Errc::unexpected_text;
  if (message.size() > limits_.packet_bytes) return Errc::too_large;
  const auto header = decode_header(message, limits_);
  if (!header) return header.error();
  const auto payload = parse_payload(*header, {}, document);
  if (!payload) return payload.error();
  if (const auto problem = check_payload(*header, *payload, role_)) return *problem;
  if (header->attachments == 0) return std::optional(make_packet(*header, *payload));

  partial_ = std::make_unique<Partial>();
  partial_->text = message;
  partial_->header = decode_header(partial_->text, limits_).value();
  partial_->bytes = message.size();
  return std::optional<Packet>();
}

Result<std::optional<Packet>, Errc> Decoder::add_binary(std::string_view message,
                                                        codec::Document& document) {
  if (!partial_) return Errc::unexpected_binary;
  if (message.size() > limits_.packet_bytes - partial_->bytes) {
    reset();
    return Errc::too_large;
  }
  partial_->bytes += message.size();
  partial_->attachments.emplace_back(message.begin(), message.end());
  if (partial_->attachments.size() < partial_->header.attachments) return std::optional<Packet>();
  return complete(document);
}

Result<std::optional<Packet>, Errc> Decoder::complete(codec::Document& document) {
  const std::shared_ptr<const Partial> whole = std::move(partial_);
  const auto payload = parse_payload(whole->header, whole->attachments, document);
  if (!payload) return payload.error();
  if (const auto problem = check_payload(whole->header, *payload, role_)) return *problem;
  Packet packet = make_packet(whole->header, *payload);
  packet.type =
      whole->header.type == PacketType::binary_event ? PacketType::event : PacketType::ack;
  packet.attachments = whole->attachments;
  packet.storage = whole;
  return std::optional(std::move(packet));
}

}  // namespace socketio::parser
