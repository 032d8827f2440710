// SPDX-License-Identifier: MIT
#include "codec/websocket/mask.hpp"

#include <cstring>

namespace socketio::websocket {

void apply_mask(char* bytes, std::size_t size, const MaskKey& key) {
  std::uint32_t half;
  std::memcpy(&half, key.data(), key.size());
  const std::uint64_t pattern = std::uint64_t{half} << 32 | half;

  // Payloads begin anywhere in the read buffer, so words are loaded with memcpy, which needs
  // no alignment.
  std::size_t done = 0;
  std::array<std::uint64_t, 4> block;
  for (; done + sizeof(block) <= size; done += sizeof(block)) {
    std::memcpy(&block, bytes + done, sizeof(block));
    for (std::uint64_t& word : block) word ^= pattern;
    std::memcpy(bytes + done, &block, sizeof(block));
  }
  for (std::uint64_t word; done + sizeof(word) <= size; done += sizeof(word)) {
    std::memcpy(&word, bytes + done, sizeof(word));
    word ^= pattern;
    std::memcpy(bytes + done, &word, sizeof(word));
  }
  for (; done < size; ++done) {
    bytes[done] = static_cast<char>(static_cast<std::uint8_t>(bytes[done]) ^ key[done % 4]);
  }
}

}  // namespace socketio::websocket
