// SPDX-License-Identifier: MIT
// make_room(): for tables that belong together: whoever has made room in all of them can change
// all, without failing in between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace socketio::core {

/// One more element needs no memory after this. Grows as push_back() does.
template <class T>
void make_room(std::vector<T>& elements) {
  if (elements.size() < elements.capacity()) return;
  elements.reserve(std::max<std::size_t>(1, 2 * elements.size()));
}

}  // namespace socketio::core
