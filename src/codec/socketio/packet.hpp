// SPDX-License-Identifier: MIT
// Socket.IO protocol 5 packets in text: `<type>[<n>-][<namespace>,][<id>][<json>]`, followed by n
// binary messages. This header is the syntax; what a payload must be is checked by Decoder
// (decoder.hpp). Pure functions, any thread.
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

enum class Errc : std::uint8_t {
  empty_packet,
  unknown_type,
  invalid_attachment_count,  // not 1..limit, not digits followed by '-'
  invalid_id,                // more than 2^53 - 1
  invalid_json,
  invalid_payload,  // the JSON is not what this type of packet carries
  reserved_event,  // connect, connect_error, disconnect, disconnecting, newListener, removeListener
  invalid_placeholder,  // `num` is not the index of an attachment
  unexpected_text,      // a text message while attachments are due
  unexpected_binary,    // a binary message while none is due
  too_large,            // header and attachments exceed the limit together
  // Of the other encoding (codec/msgpack).
  invalid_msgpack,    // no MessagePack, or beyond what JSON may hold
  invalid_namespace,  // no text, or without the slash in front
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
  std::string_view payload = {};  // JSON text, may be empty
};

Result<Header, Errc> decode_header(std::string_view text, const Limits& limits);

/// Appends type, attachment count, namespace and id; the JSON payload follows.
void append_header(std::string& out, const Header& header);

bool is_reserved_event(std::string_view name);

/// As in JavaScript: `name` with the slash that a program may have left out in front.
std::string namespace_name(std::string_view name);

}  // namespace socketio::parser
