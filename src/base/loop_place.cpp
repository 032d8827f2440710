// SPDX-License-Identifier: MIT
#include "base/loop_place.hpp"

#include <algorithm>
#include <cstdint>

namespace socketio {

// FNV-1a. Whoever makes up ids can have them all belong to one loop, and gains nothing: there are no
// sessions with these ids.
std::size_t owner_of(std::string_view id, std::size_t loops) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : id) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  // Its low bits depend on few bits of the id.
  return static_cast<std::size_t>((hash ^ (hash >> 32)) % loops);
}

bool is_drawn_id(std::string_view text) {
  constexpr std::size_t id_bytes = 20;
  return text.size() == id_bytes && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

}  // namespace socketio
