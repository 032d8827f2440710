// SPDX-License-Identifier: MIT
#include "room_directory.hpp"

#include "text.hpp"

#include <algorithm>

namespace showcase {

std::optional<std::string> clean_room(std::string_view id) {
  constexpr std::size_t limit = 40;  // characters
  return clean_name(id, limit);
}

std::string as_joined(std::string_view id) { return clean_room(id).value_or(std::string(id)); }

void RoomDirectory::leave(const std::string& room) {
  const auto found = sizes_.find(room);
  if (found != sizes_.end() && --found->second == 0) sizes_.erase(found);
}

std::vector<RoomSize> RoomDirectory::fullest(std::size_t count) const {
  std::vector<RoomSize> rooms;
  rooms.reserve(sizes_.size());
  for (const auto& [room, users] : sizes_) rooms.push_back({room, users});
  std::stable_sort(rooms.begin(), rooms.end(),
                   [](const RoomSize& a, const RoomSize& b) { return a.users > b.users; });
  if (rooms.size() > count) rooms.resize(count);
  return rooms;
}

}  // namespace showcase
