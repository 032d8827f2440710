// SPDX-License-Identifier: MIT
// A packet that decodes is encoded as the text that it came from, except for line ends in base64. A
// handshake that decodes can be encoded and decoded again.
#include "codec/engineio/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace engineio = socketio::engineio;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string storage;
  const auto packet = engineio::decode_text(text, storage);
  if (!packet) return 0;
  std::string again;
  engineio::append_text(again, *packet);
  std::string written(text);
  if (packet->content == engineio::Content::binary)
    std::erase_if(written, [](char c) { return c == '\r' || c == '\n'; });
  if (again != written) std::abort();

  if (packet->type != engineio::PacketType::open) return 0;
  if (const auto handshake = engineio::decode_handshake(packet->data)) {
    engineio::HandshakeEncoder encoder(*handshake);
    const auto second = engineio::decode_handshake(encoder.encode(handshake->sid));
    if (!second || second->sid != handshake->sid || second->upgrades != handshake->upgrades)
      std::abort();
    if (second->ping_interval != handshake->ping_interval) std::abort();
    if (second->max_payload_bytes != handshake->max_payload_bytes) std::abort();
  }
  return 0;
}
