// SPDX-License-Identifier: MIT
// Decoder: Engine.IO messages in, whole Socket.IO packets out, whatever their encoding: JSON text
// (text_decoder.hpp) or MessagePack (codec/msgpack). Its counterpart is Encoder (encoder.hpp).
//
// Life cycle: one per connection. A packet views the decoder, the Document and the message it came
// from: valid until the next call. After an error the connection must close; reset() drops a
// half-received packet. Single thread.
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
  /// connect, disconnect, event, ack or connect_error: binary_event and binary_ack arrive as event
  /// and ack.
  PacketType type = PacketType::event;
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id = {};
  /// The JSON text as it came, placeholders included; empty if the packet has none.
  std::string_view text = {};
  /// The parsed payload: an array for event and ack, an object for connect, …; null when absent: an
  /// event of no name is nobody's, an acknowledgement of nothing has no arguments.
  Value payload = {};
  std::span<const Bytes> attachments = {};
  /// What `text`, `nsp` and `attachments` view if the packet had attachments: keeps them beyond the
  /// next call.
  std::shared_ptr<const void> storage = {};
};

/// Which packets are legal depends on who listens: connect_error only comes from a server.
enum class Role : unsigned char { server, client };

class Decoder {
 public:
  virtual ~Decoder() = default;
  /// A text message; nothing if attachments are due.
  virtual Result<std::optional<Packet>, Errc> add_text(std::string_view message,
                                                       codec::Document& document) = 0;
  /// A binary message; nothing if more are due.
  virtual Result<std::optional<Packet>, Errc> add_binary(std::string_view message,
                                                         codec::Document& document) = 0;
  /// True between the text of a binary packet and its last attachment: a caller limits that time.
  virtual bool attachments_due() const = 0;
  virtual void reset() = 0;
};

// The steps of every decoder from header and attachments to packet.

/// The payload, or a Value of nothing if there is none.
Result<Value, Errc> parse_payload(std::string_view text, std::span<const Bytes> attachments,
                                  codec::Document& document);
/// What is wrong if `payload` is not what this type of packet carries (Socket.IO protocol 5,
/// "Packet encoding").
std::optional<Errc> check_payload(const Header& header, const Value& payload, Role role);
/// Views all of them.
Packet make_packet(const Header& header, const Value& payload);

}  // namespace socketio::parser
