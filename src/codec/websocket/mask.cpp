// SPDX-License-Identifier: MIT
#include "codec/websocket/mask.hpp"

#include "base/byte_block.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace socketio::websocket {

namespace {

/// The key again and again, beginning with key[first].
ByteBlock repeat(const MaskKey& key, std::size_t first) {
  MaskKey rotated;
  for (std::size_t i = 0; i < key.size(); ++i) rotated[i] = key[(first + i) % key.size()];
  const auto quarter = std::bit_cast<std::uint32_t>(rotated);
  return std::bit_cast<ByteBlock>(std::array{quarter, quarter, quarter, quarter});
}

}  // namespace

bool apply_mask(char* bytes, std::size_t size, const MaskKey& key) {
  constexpr std::size_t block_bytes = sizeof(ByteBlock);
  const ByteBlock pattern = repeat(key, 0);
  if (size < block_bytes) {
    ByteBlock block = load_block(bytes, size) ^ pattern;
    std::memcpy(bytes, &block, size);
    return is_ascii(load_block(bytes, size));
  }
  // It overlaps the block before it, and is loaded before that has changed.
  ByteBlock seen = load_block(bytes + size - block_bytes) ^ repeat(key, size % key.size());
  const ByteBlock last = seen;
  for (std::size_t at = 0; at + block_bytes <= size; at += block_bytes) {
    const ByteBlock block = load_block(bytes + at) ^ pattern;
    store_block(block, bytes + at);
    seen |= block;
  }
  store_block(last, bytes + size - block_bytes);
  return is_ascii(seen);
}

}  // namespace socketio::websocket
