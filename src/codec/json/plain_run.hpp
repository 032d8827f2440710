// SPDX-License-Identifier: MIT
// The part of a string that stands for itself in JSON. Private to codec/json. Pure function, any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace socketio::codec {

struct PlainRun {
  std::size_t bytes = 0;
  /// It is ASCII. May be false if a character that follows is not.
  bool is_ascii = true;
};

/// How much more is written than the text has bytes, at most.
inline constexpr std::size_t plain_run_slack = 16;

/// Copies the bytes of `text` before its first quote, backslash or control character.
inline PlainRun copy_plain_run(std::string_view text, char* out) {
  constexpr std::size_t block_bytes = plain_run_slack;
  using Halves = std::array<std::uint64_t, 2>;
  std::uint64_t bits = 0;
  std::size_t done = 0;
  Halves stops{};
  do {
    std::array<std::uint8_t, block_bytes> block{};
    const std::size_t rest = text.size() - done;
    if (rest >= block_bytes) {
      std::memcpy(block.data(), text.data() + done, block_bytes);
    } else {
      // What is missing remains zero, which is a control character.
      std::memcpy(block.data(), text.data() + done, rest);
    }
    std::memcpy(out + done, block.data(), block_bytes);
    std::array<std::uint8_t, block_bytes> is_stop;
    // No short circuit, so that the compiler can vectorise it.
    for (std::size_t i = 0; i < block_bytes; ++i)
      is_stop[i] = (block[i] < 0x20) | (block[i] == '"') | (block[i] == '\\') ? 0xff : 0;
    stops = std::bit_cast<Halves>(is_stop);
    const Halves halves = std::bit_cast<Halves>(block);
    bits |= halves[0] | halves[1];
    done += block_bytes;
  } while ((stops[0] | stops[1]) == 0);

  const std::uint64_t half = stops[0] != 0 ? stops[0] : stops[1];
  const int zeros =
      std::endian::native == std::endian::little ? std::countr_zero(half) : std::countl_zero(half);
  const std::size_t before = (stops[0] != 0 ? 0 : block_bytes / 2) + static_cast<std::size_t>(zeros) / 8;
  return {done - block_bytes + before, (bits & 0x8080'8080'8080'8080) == 0};
}

}  // namespace socketio::codec
