// SPDX-License-Identifier: MIT
// LoopPlace: which of a server's loops this one is, and which ids belong to it. An id of a session or
// a socket names its loop: ids are drawn until one maps to the loop that draws it, so that every loop
// finds the owner without a table. An id stays as hard to guess: of its 120 bits, those that say which
// loop it is are known.
//
// A value. Any thread.
#pragma once

#include "base/entropy.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace socketio {

/// The loop, of that many, to which the id belongs.
std::size_t owner_of(std::string_view id, std::size_t loops);

/// Whether random_id() could have made it.
bool is_drawn_id(std::string_view text);

struct LoopPlace {
  std::size_t index = 0;
  std::size_t count = 1;

  bool owns(std::string_view id) const { return count == 1 || owner_of(id, count) == index; }
  /// A new identifier that belongs to it.
  std::string draw_id(Entropy& entropy) const {
    std::string id = random_id(entropy);
    while (!owns(id)) id = random_id(entropy);
    return id;
  }
};

}  // namespace socketio
