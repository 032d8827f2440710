// SPDX-License-Identifier: MIT
#include "room_directory.hpp"

#include <algorithm>

namespace showcase {

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
