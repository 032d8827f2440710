// SPDX-License-Identifier: MIT
// ByteBlock: 16 bytes that are compared and combined at once. GCC and Clang make of it what the
// processor has. A comparison sets all bits of each byte for which it is true. Pure functions, any
// thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace socketio {

using ByteBlock [[gnu::vector_size(16)]] = std::uint8_t;
using ByteBlockHalves [[gnu::vector_size(16)]] = std::uint64_t;

inline ByteBlock load_block(const char* bytes) {
  ByteBlock block;
  std::memcpy(&block, bytes, sizeof(block));
  return block;
}

/// The same for fewer bytes; those that are missing are zero.
inline ByteBlock load_block(const char* bytes, std::size_t count) {
  ByteBlock block{};
  std::memcpy(&block, bytes, count);
  return block;
}

inline void store_block(const ByteBlock& block, char* bytes) {
  std::memcpy(bytes, &block, sizeof(block));
}

inline bool is_zero(const ByteBlock& block) {
  const auto halves = std::bit_cast<ByteBlockHalves>(block);
  return (halves[0] | halves[1]) == 0;
}

/// No byte has its highest bit set.
inline bool is_ascii(const ByteBlock& block) {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  const auto halves = std::bit_cast<ByteBlockHalves>(block);
  return ((halves[0] | halves[1]) & high_bits) == 0;
}

/// The position of the first byte that is not zero. There must be one.
inline std::size_t first_set(const ByteBlock& block) {
  const auto halves = std::bit_cast<ByteBlockHalves>(block);
  const bool in_first = halves[0] != 0;
  const std::uint64_t half = in_first ? halves[0] : halves[1];
  constexpr bool is_little = std::endian::native == std::endian::little;
  const int zeros = is_little ? std::countr_zero(half) : std::countl_zero(half);
  return (in_first ? 0 : sizeof(half)) + static_cast<std::size_t>(zeros) / 8;
}

}  // namespace socketio
