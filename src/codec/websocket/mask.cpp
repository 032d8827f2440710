// SPDX-License-Identifier: MIT
#include "codec/websocket/mask.hpp"

#include <cstring>

namespace socketio::websocket {

void apply_mask(char* bytes, std::size_t size, const MaskKey& key) {
  std::array<std::uint8_t, 8> doubled;
  std::memcpy(doubled.data(), key.data(), 4);
  std::memcpy(doubled.data() + 4, key.data(), 4);
  std::uint64_t pattern;
  std::memcpy(&pattern, doubled.data(), 8);

  // Payloads begin anywhere in the read buffer: memcpy is the load that needs no alignment.
  std::size_t done = 0;
  for (; done + 8 <= size; done += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes + done, 8);
    word ^= pattern;
    std::memcpy(bytes + done, &word, 8);
  }
  for (; done < size; ++done) {
    bytes[done] = static_cast<char>(static_cast<std::uint8_t>(bytes[done]) ^ key[done % 4]);
  }
}

}  // namespace socketio::websocket
