// SPDX-License-Identifier: MIT
// Encoder: Socket.IO packets in, the Engine.IO messages for them out, in any encoding: JSON text
// (text_encoder.hpp), MessagePack (codec/msgpack) or the application's (codec/custom). Its counterpart is Decoder (decoder.hpp).
//
// Life cycle: encodes any number of packets, one after another. Single thread.
#pragma once

#include "base/result.hpp"
#include "codec/engineio/packet.hpp"
#include "codec/json/bytes.hpp"
#include "codec/socketio/packet.hpp"

#include <socketio/custom_parser.hpp>
#include <socketio/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace socketio::parser {

/// JSON text. If there is room before it, a header can be written there, so that header and payload
/// are one piece of memory without a copy.
struct Payload {
  std::string_view text = {};
  // Ends where `text` begins; may be empty.
  std::span<char> room = {};
};

/// A packet that has not been encoded yet. It views its parts. Its type is connect, disconnect,
/// event, ack or connect_error: whether it becomes a binary event depends on the encoding.
struct OutgoingPacket {
  PacketType type = PacketType::event;
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id = {};
  Payload payload = {};
  // For the payload's placeholders.
  std::span<const Bytes> attachments = {};
};

/// The Engine.IO messages of a packet: the packet itself, followed by its attachments as
/// binary messages. Or, instead of all these, those that an application's parser has made.
struct EncodedPacket {
  engineio::Content content = engineio::Content::text;
  std::string_view message = {};
  std::span<const Bytes> attachments = {};
  std::span<const ParserMessage> own = {};
};

/// One message of an application's parser as such.
inline engineio::Packet as_packet(const ParserMessage& message) {
  using engineio::PacketType;
  if (const auto* const text = std::get_if<std::string>(&message)) {
    return {PacketType::message, engineio::Content::text, *text};
  }
  return {PacketType::message, engineio::Content::binary, codec::as_text(std::get<Bytes>(message))};
}

/// Calls `use(const engineio::Packet&)` for each of them, in order.
template <class Use>
void for_each_message(const EncodedPacket& encoded, Use&& use) {
  using engineio::PacketType;
  if (!encoded.own.empty()) {
    for (const ParserMessage& message : encoded.own) use(as_packet(message));
    return;
  }
  use(engineio::Packet{PacketType::message, encoded.content, encoded.message});
  for (const Bytes& attachment : encoded.attachments) {
    use(engineio::Packet{PacketType::message, engineio::Content::binary,
                         codec::as_text(attachment)});
  }
}

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// The result views the packet and the encoder, and is valid until the next call. Fails if this
  /// encoding has no such packet.
  virtual Result<EncodedPacket, Errc> encode(const OutgoingPacket& packet) = 0;
  /// What the application's parser has thrown last.
  virtual std::string_view thrown() const { return {}; }
};

}  // namespace socketio::parser
