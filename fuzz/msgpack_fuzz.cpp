// SPDX-License-Identifier: MIT
// Packets in MessagePack: what is decoded has the properties that codec/msgpack/packet.hpp
// promises, and is encoded as a packet that reads back the same.
#include "codec/msgpack/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace socketio;
using msgpack::Decoder;
using parser::PacketType;
using Kind = Value::Kind;

constexpr parser::Limits limits{.attachments = 3, .packet_bytes = 4'000};
// What we send may be larger: names become strings, and things that look like a placeholder
// become attachments.
constexpr parser::Limits limits_again{.attachments = 10'000, .packet_bytes = 1'000'000};

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const parser::Packet& packet, parser::Role role) {
  const Kind kind = packet.payload.kind();
  require(packet.attachments.size() <= limits.attachments);
  require(packet.attachments.empty() || packet.storage);
  require(packet.nsp.starts_with('/'));
  require(!packet.id || *packet.id <= parser::max_ack_id);
  switch (packet.type) {
    case PacketType::connect:
      require(packet.text.empty() || kind == Kind::object);
      break;
    case PacketType::disconnect:
      require(packet.text.empty());
      break;
    case PacketType::event:
      require(packet.payload.size() > 0 && kind == Kind::array);
      break;
    case PacketType::ack:
      require(kind == Kind::array);
      break;
    case PacketType::connect_error:
      require(role == parser::Role::client);
      break;
    default:
      std::abort();
  }
}

void check_again(const parser::Packet& packet, parser::Role role) {
  static msgpack::Encoder encoder;
  static codec::Document document;
  const auto encoded =
      encoder.encode({packet.type, packet.nsp, packet.id, {packet.text}, packet.attachments});
  require(encoded.has_value() && encoded->content == engineio::Content::binary);
  Decoder decoder(role, limits_again);
  const auto again = decoder.add_binary(encoded->message, document);
  require(again && *again);
  require((*again)->type == packet.type && (*again)->nsp == packet.nsp);
  require((*again)->id == packet.id && (*again)->text.empty() == packet.text.empty());
  require((*again)->payload.to_json() == packet.payload.to_json());
}

void run(std::string_view input, parser::Role role) {
  static codec::Document document;
  // A copy of exactly the message's size, so that a sanitizer notices reads after its end.
  const std::vector<char> message(input.begin(), input.end());
  Decoder decoder(role, limits);
  const auto packet = decoder.add_binary({message.data(), message.size()}, document);
  require(!decoder.attachments_due());
  if (!packet) return;
  require(packet->has_value());
  check(**packet, role);
  check_again(**packet, role);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  run(input, parser::Role::server);
  run(input, parser::Role::client);
  return 0;
}
