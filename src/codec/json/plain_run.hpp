// SPDX-License-Identifier: MIT
// The part of a string that stands for itself in JSON. Private to codec/json. Pure function, any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace socketio::codec {

struct PlainRun {
  std::size_t bytes = 0;
  /// It is ASCII. May be false if a character that follows is not.
  bool is_ascii = true;
};

/// How much more is written than the text has bytes, at most.
inline constexpr std::size_t plain_run_slack = 16;

/// One bit for each byte of a block, the first byte's the lowest.
struct BlockBits {
  /// Quotes, backslashes and control characters.
  unsigned stops = 0;
  unsigned not_ascii = 0;
};

using Block = std::array<std::uint8_t, plain_run_slack>;

inline BlockBits bits_of(const Block& block) {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block.data()));
  const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i stops = _mm_or_si128(controls, _mm_or_si128(quotes, backslashes));
  return {static_cast<unsigned>(_mm_movemask_epi8(stops)),
          static_cast<unsigned>(_mm_movemask_epi8(bytes))};
#else
  BlockBits bits;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::uint8_t byte = block[i];
    const bool is_stop = byte < 0x20 || byte == '"' || byte == '\\';
    bits.stops |= static_cast<unsigned>(is_stop) << i;
    bits.not_ascii |= static_cast<unsigned>(byte >> 7) << i;
  }
  return bits;
#endif
}

/// Copies the bytes of `text` before its first quote, backslash or control character.
inline PlainRun copy_plain_run(std::string_view text, char* out) {
  unsigned not_ascii = 0;
  for (std::size_t done = 0;; done += plain_run_slack) {
    Block block;
    const std::size_t rest = text.size() - done;
    if (rest >= block.size()) {
      std::memcpy(block.data(), text.data() + done, block.size());
    } else {
      // What is missing is zero, which is a control character.
      block = {};
      std::memcpy(block.data(), text.data() + done, rest);
    }
    std::memcpy(out + done, block.data(), block.size());
    const BlockBits bits = bits_of(block);
    not_ascii |= bits.not_ascii;
    if (bits.stops != 0) {
      const auto before = static_cast<std::size_t>(std::countr_zero(bits.stops));
      return {done + before, not_ascii == 0};
    }
  }
}

}  // namespace socketio::codec
