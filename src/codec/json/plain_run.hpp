// SPDX-License-Identifier: MIT
// The part of a string that stands for itself in JSON. Private to codec/json. Pure function, any thread.
#pragma once

#include "base/byte_block.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string_view>

namespace socketio::codec {

struct PlainRun {
  std::size_t bytes = 0;
  /// It is ASCII. May be false if a character that follows is not.
  bool is_ascii = true;
};

/// How much more is written than the text has bytes, at most.
inline constexpr std::size_t plain_run_slack = sizeof(ByteBlock);

/// The bytes that do not stand for themselves.
inline ByteBlock plain_run_ends(const ByteBlock& block) {
  return std::bit_cast<ByteBlock>((block < 0x20) | (block == '"') | (block == '\\'));
}

/// Copies the bytes of `text` before its first quote, backslash or control character.
inline PlainRun copy_plain_run(std::string_view text, char* out) {
  constexpr std::size_t block_bytes = sizeof(ByteBlock);
  if (text.size() < block_bytes) {
    // What is missing is zero, which is a control character.
    const ByteBlock block = load_block(text.data(), text.size());
    store_block(block, out);
    return {first_set(plain_run_ends(block)), is_ascii(block)};
  }
  const std::size_t last = text.size() - block_bytes;
  ByteBlock seen{};
  // The last block overlaps the one before it.
  for (std::size_t at = 0;; at = std::min(at + block_bytes, last)) {
    const ByteBlock block = load_block(text.data() + at);
    store_block(block, out + at);
    seen |= block;
    const ByteBlock ends = plain_run_ends(block);
    if (!is_zero(ends)) return {at + first_set(ends), is_ascii(seen)};
    if (at == last) return {text.size(), is_ascii(seen)};
  }
}

}  // namespace socketio::codec
