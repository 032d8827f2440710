// SPDX-License-Identifier: MIT
#include "codec/websocket/mask.hpp"

#include <cstring>

namespace socketio::websocket {

bool apply_mask(char* bytes, std::size_t size, const MaskKey& key) {
  std::uint32_t half;
  std::memcpy(&half, key.data(), key.size());
  const std::uint64_t pattern = std::uint64_t{half} << 32 | half;

  // Payloads begin anywhere in the read buffer, so words are loaded with memcpy, which needs
  // no alignment.
  std::size_t done = 0;
  std::array<std::uint64_t, 4> block;
  std::uint64_t seen = 0;
  for (; done + sizeof(block) <= size; done += sizeof(block)) {
    std::memcpy(&block, bytes + done, sizeof(block));
    for (std::uint64_t& word : block) word ^= pattern;
    std::memcpy(bytes + done, &block, sizeof(block));
    seen |= block[0] | block[1] | block[2] | block[3];
  }
  for (std::uint64_t word; done + sizeof(word) <= size; done += sizeof(word)) {
    std::memcpy(&word, bytes + done, sizeof(word));
    word ^= pattern;
    seen |= word;
    std::memcpy(bytes + done, &word, sizeof(word));
  }
  for (; done < size; ++done) {
    const auto byte =
        static_cast<std::uint8_t>(static_cast<std::uint8_t>(bytes[done]) ^ key[done % 4]);
    seen |= byte;
    bytes[done] = static_cast<char>(byte);
  }
  return (seen & 0x8080'8080'8080'8080) == 0;
}

}  // namespace socketio::websocket
