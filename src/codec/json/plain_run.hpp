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
  using Block = std::array<std::uint8_t, plain_run_slack>;
  using Halves = std::array<std::uint64_t, 2>;
  static_assert(sizeof(Block) == sizeof(Halves));
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  std::uint64_t bits = 0;
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
    const auto halves = std::bit_cast<Halves>(block);
    bits |= halves[0] | halves[1];
    // No short circuit, so that the compiler can vectorise it.
    for (std::uint8_t& byte : block)
      byte = ((byte < 0x20) | (byte == '"') | (byte == '\\')) != 0 ? 0xff : 0;
    const auto stops = std::bit_cast<Halves>(block);
    if ((stops[0] | stops[1]) == 0) continue;
    const bool in_first = stops[0] != 0;
    const std::uint64_t half = in_first ? stops[0] : stops[1];
    constexpr bool is_little = std::endian::native == std::endian::little;
    const auto zeros =
        static_cast<std::size_t>(is_little ? std::countr_zero(half) : std::countl_zero(half));
    const std::size_t before = (in_first ? 0 : sizeof(half)) + zeros / 8;
    return {done + before, (bits & high_bits) == 0};
  }
}

}  // namespace socketio::codec
