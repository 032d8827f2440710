// SPDX-License-Identifier: MIT
// Encoder: Socket.IO packets in, the Engine.IO messages that carry them out, whatever their
// encoding: JSON text (text_encoder.hpp) or MessagePack (codec/msgpack). Its counterpart is
// Decoder (decoder.hpp).
//
// Life cycle: as many packets as you like, one after another. Single thread.
#pragma once

#include "base/result.hpp"
#include "codec/engineio/packet.hpp"
#include "codec/json/bytes.hpp"
#include "codec/socketio/packet.hpp"

#include <socketio/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace socketio::parser {

/// JSON text as it was written. Room in front of it lets a header and its payload be one piece of
/// memory without a copy.
struct Payload {
  std::string_view text = {};
  std::span<char> room = {};  // ends where `text` begins; may be empty
};

/// A packet that is still to be encoded. Views what it is made of. Whether it is a binary event is
/// a matter of its encoding, so that its type is connect, disconnect, event, ack or connect_error.
struct OutgoingPacket {
  PacketType type = PacketType::event;
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id = {};
  Payload payload = {};
  std::span<const Bytes> attachments = {};  // of the payload's placeholders
};

/// The Engine.IO messages of a packet: one, and behind it as binary messages its attachments.
struct EncodedPacket {
  engineio::Content content = engineio::Content::text;
  std::string_view message = {};
  std::span<const Bytes> attachments = {};
};

/// Calls `use(const engineio::Packet&)` for each of them, in order.
template <class Use>
void for_each_message(const EncodedPacket& encoded, Use&& use) {
  using engineio::PacketType;
  use(engineio::Packet{PacketType::message, encoded.content, encoded.message});
  for (const Bytes& attachment : encoded.attachments) {
    use(engineio::Packet{PacketType::message, engineio::Content::binary,
                         codec::as_text(attachment)});
  }
}

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Views the packet and the encoder: valid until the next call. An error if this encoding has no
  /// such packet.
  virtual Result<EncodedPacket, Errc> encode(const OutgoingPacket& packet) = 0;
};

}  // namespace socketio::parser
