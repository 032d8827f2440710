// SPDX-License-Identifier: MIT
// make_room(): for tables that change together. Once there is room in all of them, changing them
// cannot fail half-way.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace socketio::core {

/// Adding one more element will allocate nothing. Capacity grows as with push_back().
template <class T>
void make_room(std::vector<T>& elements) {
  if (elements.size() < elements.capacity()) return;
  elements.reserve(std::max<std::size_t>(1, 2 * elements.size()));
}

}  // namespace socketio::core
