// SPDX-License-Identifier: MIT
#include "redis/stream_names.hpp"

#include <cstdint>
#include <stdexcept>

namespace socketio::redis {
namespace {

/// How many bytes a character has that begins with this one, in UTF-8.
std::size_t length_of(unsigned char first) {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/// Takes the first character.
std::uint32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = length_of(first);
  std::uint32_t character = length == 1 ? first : first & (0xffU >> (length + 1));
  text.remove_prefix(1);
  for (std::size_t i = 1; i < length && !text.empty(); ++i, text.remove_prefix(1))
    character = character << 6 | (static_cast<unsigned char>(text.front()) & 0x3fU);
  return character;
}

/// What hashCode() of the official adapter makes of the UTF-16 units.
std::int32_t hash_of(std::string_view text) {
  std::uint32_t hash = 0;
  const auto add = [&](std::uint32_t unit) { hash = hash * 31 + unit; };
  while (!text.empty()) {
    const std::uint32_t character = take_character(text);
    if (character < 0x10000) {
      add(character);
    } else {
      add(0xd7c0 + (character >> 10));
      add(0xdc00 | (character & 0x3ff));
    }
  }
  return static_cast<std::int32_t>(hash);
}

}  // namespace

void check_stream_count(std::size_t count) {
  if (count == 0 || count > stream_count_limit)
    throw std::invalid_argument("stream_count is from 1 to " + std::to_string(stream_count_limit));
}

std::string stream_of(std::string_view nsp, const std::string& name, std::size_t count) {
  if (count == 1) return name;
  return name + '-' + std::to_string(hash_of(nsp) % static_cast<std::int64_t>(count));
}

}  // namespace socketio::redis
