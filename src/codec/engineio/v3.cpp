// SPDX-License-Identifier: MIT
#include "codec/engineio/v3.hpp"

#include "base/base64.hpp"
#include "codec/http/utf8.hpp"

#include <utility>

namespace socketio::engineio::v3 {
namespace {

constexpr char binary_mark = 'b';
constexpr char length_end = ':';
constexpr char text_entry = '\0';
constexpr char binary_entry = '\1';
constexpr char binary_length_end = '\xff';

/// The UTF-16 code units of the character that begins with `c`; 0 inside a character.
constexpr std::size_t units_of(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if ((byte & 0xc0U) == 0x80U) return 0;
  return byte >= 0xf0U ? 2 : 1;
}

std::size_t count_units(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) units += units_of(c);
  return units;
}

/// The shortest beginning of `text` with that many code units; nothing if there is none.
std::optional<std::string_view> take_units(std::string_view text, std::size_t units) {
  std::size_t end = 0;
  std::size_t taken = 0;
  while (end < text.size() && (taken < units || units_of(text[end]) == 0)) {
    taken += units_of(text[end]);
    ++end;
  }
  return taken == units ? std::optional(text.substr(0, end)) : std::nullopt;
}

/// Removes a length from the front of `rest`, with its end. Its digits count from `zero`. A length
/// of more than `rest` has is an error.
std::optional<std::size_t> take_length(std::string_view& rest, char zero, char end) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == end) {
      rest.remove_prefix(i + 1);
      return i == 0 ? std::nullopt : std::optional(length);
    }
    const int digit = rest[i] - zero;
    if (digit < 0 || digit > 9) return std::nullopt;
    length = length * 10 + static_cast<std::size_t>(digit);
    if (length > rest.size()) return std::nullopt;
  }
  return std::nullopt;
}

void append_binary_entry(std::string& out, char kind, std::string_view head,
                         std::string_view data) {
  out += kind;
  for (const char digit : std::to_string(head.size() + data.size()))
    out += static_cast<char>(digit - '0');
  out += binary_length_end;
  out.append(head).append(data);
}

std::optional<PacketType> type_of(char c, char zero) {
  const int number = c - zero;
  if (number < 0 || number > static_cast<int>(PacketType::noop)) return std::nullopt;
  return static_cast<PacketType>(number);
}

}  // namespace

Result<Packet, Errc> decode_text(std::string_view text, std::string& storage) {
  if (text.empty() || text.front() != binary_mark) return engineio::decode_text(text, storage);
  text.remove_prefix(1);
  if (text.empty()) return Errc::unknown_type;
  const auto type = type_of(text.front(), '0');
  if (!type) return Errc::unknown_type;
  auto bytes = decode_base64(text.substr(1));
  if (!bytes) return Errc::invalid_base64;
  storage = std::move(*bytes);
  return Packet{*type, Content::binary, storage};
}

Result<Packet, Errc> decode_binary(std::string_view bytes) {
  if (bytes.empty()) return Errc::empty_packet;
  const auto type = type_of(bytes.front(), byte_of(PacketType::open));
  if (!type) return Errc::unknown_type;
  return Packet{*type, Content::binary, bytes.substr(1)};
}

void append_text(std::string& out, const Packet& packet) {
  if (packet.content == Content::text) return engineio::append_text(out, packet);
  out += binary_mark;
  out += digit_of(packet.type);
  base64::append_encoded(out, packet.data);
}

void append_to_payload(std::string& payload, const Packet& packet) {
  std::string text;
  v3::append_text(text, packet);
  payload.append(std::to_string(count_units(text))).append(1, length_end).append(text);
}

std::optional<std::string> to_binary_payload(std::string_view payload) {
  std::string bytes;
  bool is_binary = false;
  PayloadDecoder decoder(payload, Content::text, payload.size());
  for (auto packet = decoder.next(); packet && *packet; packet = decoder.next()) {
    const auto& [type, content, data] = **packet;
    is_binary |= content == Content::binary;
    const bool is_text = content == Content::text;
    const char head = is_text ? digit_of(type) : byte_of(type);
    append_binary_entry(bytes, is_text ? text_entry : binary_entry, {&head, 1}, data);
  }
  return is_binary ? std::optional(std::move(bytes)) : std::nullopt;
}

PayloadDecoder::PayloadDecoder(std::string_view payload, Content form, std::size_t packet_limit)
    : rest_(payload), form_(form), packets_left_(packet_limit) {
  // In text, there must be a packet: the first call to next() says that there is none.
  if (rest_.empty() && form_ == Content::text) rest_ = std::string_view(&length_end, 1);
}

Result<std::optional<Packet>, Errc> PayloadDecoder::next() {
  while (!rest_.empty()) {
    const auto packet = take_packet();
    if (!packet) rest_ = {};
    if (!packet || *packet) return packet;
  }
  return std::optional<Packet>();
}

Result<std::optional<Packet>, Errc> PayloadDecoder::take_packet() {
  if (packets_left_ == 0) return Errc::too_many_packets;
  --packets_left_;
  const auto entry = form_ == Content::text ? take_text_entry() : take_binary_entry();
  if (!entry) return entry.error();
  // As in the reference, `0:` is no packet, and no error.
  if (form_ == Content::text && entry->packet.empty()) return std::optional<Packet>();
  const auto packet = entry->content == Content::text ? decode_text(entry->packet, storage_)
                                                      : decode_binary(entry->packet);
  if (!packet) return packet.error();
  return std::optional(*packet);
}

Result<PayloadDecoder::Entry, Errc> PayloadDecoder::take_text_entry() {
  const auto length = take_length(rest_, '0', length_end);
  if (!length) return Errc::invalid_length;
  const auto packet = take_units(rest_, *length);
  if (!packet) return Errc::invalid_length;
  rest_.remove_prefix(packet->size());
  return Entry{Content::text, *packet};
}

Result<PayloadDecoder::Entry, Errc> PayloadDecoder::take_binary_entry() {
  const bool is_text = rest_.front() == text_entry;
  if (!is_text && rest_.front() != binary_entry) return Errc::unknown_type;
  rest_.remove_prefix(1);
  const auto length = take_length(rest_, '\0', binary_length_end);
  if (!length || *length > rest_.size()) return Errc::invalid_length;
  const std::string_view packet = rest_.substr(0, *length);
  rest_.remove_prefix(*length);
  if (is_text && !http::is_utf8(packet)) return Errc::invalid_utf8;
  return Entry{is_text ? Content::text : Content::binary, packet};
}

}  // namespace socketio::engineio::v3
