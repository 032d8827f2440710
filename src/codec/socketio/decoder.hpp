// SPDX-License-Identifier: MIT
// Decoder: Engine.IO messages in, whole Socket.IO packets out, in any encoding: JSON text
// (text_decoder.hpp), MessagePack (codec/msgpack) or the application's (codec/custom). Its counterpart is Encoder (encoder.hpp).
//
// Life cycle: one per connection. A packet views the decoder, the Document and its message, so
// it is valid until the next call. After an error the connection must close; reset() drops an
// incomplete packet. Single thread.
#pragma once

#include "base/result.hpp"
#include "codec/json/document.hpp"
#include "codec/socketio/packet.hpp"

#include <socketio/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::parser {

struct Packet {
  /// One of connect, disconnect, event, ack or connect_error: binary_event and binary_ack become
  /// event and ack.
  PacketType type = PacketType::event;
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id = {};
  /// The JSON text, with placeholders; empty if the packet has none.
  std::string_view text = {};
  /// The parsed payload: an array for event and ack, an object for connect, … Null if it is
  /// missing: an event without a name reaches no handler, and an acknowledgement has no arguments.
  Value payload = {};
  std::span<const Bytes> attachments = {};
  /// What `text`, `nsp` and `attachments` view if the packet had attachments. Whoever holds it may
  /// use them after the next call.
  std::shared_ptr<const void> storage = {};
};

/// Our role. It decides which packets are legal: only a server sends connect_error.
enum class Role : unsigned char { server, client };

class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Adds a text message. Returns a packet, or nothing while attachments are missing.
  virtual Result<std::optional<Packet>, Errc> add_text(std::string_view message,
                                                       codec::Document& document) = 0;
  /// Adds a binary message. Returns a packet, or nothing while further attachments are missing.
  virtual Result<std::optional<Packet>, Errc> add_binary(std::string_view message,
                                                         codec::Document& document) = 0;
  /// True between the text of a binary packet and its last attachment. The caller limits that time.
  virtual bool attachments_due() const = 0;
  virtual void reset() = 0;
  /// What the application's parser has thrown last.
  virtual std::string_view thrown() const { return {}; }
};

// The steps from header and attachments to a packet, which all decoders share.

/// Parses the payload; null if there is none.
Result<Value, Errc> parse_payload(std::string_view text, std::span<const Bytes> attachments,
                                  codec::Document& document);
/// Returns what is wrong if a packet of this type cannot have this payload (Socket.IO protocol 5,
/// "Packet encoding").
std::optional<Errc> check_payload(const Header& header, const Value& payload, Role role);
/// The packet views both arguments.
Packet make_packet(const Header& header, const Value& payload);

}  // namespace socketio::parser
