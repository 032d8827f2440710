// SPDX-License-Identifier: MIT
// Socket.IO protocol 5 packets as text: `<type>[<n>-][<namespace>,][<id>][<json>]`, followed by
// n binary messages. This header has the syntax; Decoder checks the payload (decoder.hpp). Pure
// functions, any thread.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::parser {

enum class PacketType : std::uint8_t {
  connect = 0,
  disconnect,
  event,
  ack,
  connect_error,
  binary_event,
  binary_ack,
};

constexpr bool is_binary(PacketType type) {
  return type == PacketType::binary_event || type == PacketType::binary_ack;
}

enum class Errc : std::uint8_t {
  empty_packet,
  unknown_type,
  invalid_attachment_count,  // none, or not digits followed by '-'
  too_many_attachments,
  invalid_id,  // more than 2^53 - 1
  invalid_json,
  invalid_payload,  // a packet of this type cannot have this payload
  reserved_event,  // connect, connect_error, disconnect, disconnecting, newListener, removeListener
  invalid_placeholder,  // `num` is not the index of an attachment
  unexpected_text,      // a text message while attachments are due
  unexpected_binary,    // a binary message while none is due
  too_large,            // header and attachments together exceed the limit
  // For the other encodings (codec/msgpack, codec/custom).
  invalid_msgpack,    // not MessagePack, or beyond what JSON can express
  invalid_namespace,  // not a string, or without the slash at the front
  parser_threw,       // the application's parser; thrown() has the text
};

struct Limits {
  std::size_t attachments = 10;
  /// Text and attachments of one packet together.
  std::size_t packet_bytes = 1'000'000;
};

inline constexpr std::uint64_t max_ack_id = (std::uint64_t{1} << 53) - 1;

/// The parts of a packet's text, as views of it.
struct Header {
  PacketType type = PacketType::event;
  std::size_t attachments = 0;
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id = {};
  // JSON text; may be empty.
  std::string_view payload = {};
};

Result<Header, Errc> decode_header(std::string_view text, const Limits& limits);

/// Whether it is the main namespace, "/": every name begins with a slash.
constexpr bool is_main(std::string_view nsp) { return nsp.size() == 1; }

constexpr std::size_t count_digits(std::uint64_t number) {
  std::size_t count = 1;
  for (; number >= 10; number /= 10) ++count;
  return count;
}

/// Bytes that the header takes.
constexpr std::size_t header_size(const Header& header) {
  std::size_t size = 1;
  if (is_binary(header.type)) size += count_digits(header.attachments) + 1;
  if (!is_main(header.nsp)) size += header.nsp.size() + 1;
  if (header.id) size += count_digits(*header.id);
  return size;
}

/// Writes type, attachment count, namespace and id so that they end at `end`, in front of a JSON
/// payload; returns where they begin. There must be header_size() bytes before `end`.
char* write_header_before(char* end, const Header& header);
/// Appends the same; the JSON payload must follow.
void append_header(std::string& out, const Header& header);

bool is_reserved_event(std::string_view name);

/// Returns `name` with the slash at the front, which a program may omit, as in JavaScript.
std::string namespace_name(std::string_view name);

}  // namespace socketio::parser
