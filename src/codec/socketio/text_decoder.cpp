// SPDX-License-Identifier: MIT
#include "codec/socketio/text_decoder.hpp"

#include <utility>

namespace socketio::parser {

Result<std::optional<Packet>, Errc> TextDecoder::add_text(std::string_view message,
                                                          codec::Document& document) {
  if (partial_) return Errc::unexpected_text;
  if (message.size() > limits_.packet_bytes) return Errc::too_large;
  const auto header = decode_header(message, limits_);
  if (!header) return header.error();
  const auto payload = parse_payload(header->payload, {}, document);
  if (!payload) return payload.error();
  if (const auto problem = check_payload(*header, *payload, role_)) return *problem;
  if (header->attachments == 0) return std::optional(make_packet(*header, *payload));

  partial_ = std::make_unique<Partial>();
  partial_->text = message;
  partial_->header = decode_header(partial_->text, limits_).value();
  partial_->bytes = message.size();
  return std::optional<Packet>();
}

Result<std::optional<Packet>, Errc> TextDecoder::add_binary(std::string_view message,
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

Result<std::optional<Packet>, Errc> TextDecoder::complete(codec::Document& document) {
  const std::shared_ptr<const Partial> whole = std::move(partial_);
  const auto payload = parse_payload(whole->header.payload, whole->attachments, document);
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
