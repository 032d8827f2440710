// SPDX-License-Identifier: MIT
// Which rooms there are, and how many are in each. A room begins with the first who enters, and is
// forgotten with the last who leaves. One thread at a time.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace showcase {

/// In front of the rooms of this application, so that nobody joins one of another.
inline constexpr std::string_view room_prefix = "room:";

/// A room's id as it is kept: trimmed; nothing if it is empty, too long or has invisible characters.
std::optional<std::string> clean_room(std::string_view id);
/// The same for a room that should be there: `id` itself if it cannot be.
std::string as_joined(std::string_view id);

struct RoomSize {
  std::string roomId;
  std::size_t users = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RoomSize, roomId, users)

class RoomDirectory {
 public:
  static constexpr std::size_t rooms_limit = 1000;

  /// Whether a room can be entered: not one more than `rooms_limit`.
  bool has_place_for(const std::string& room) const {
    return sizes_.size() < rooms_limit || sizes_.contains(room);
  }
  void enter(const std::string& room) { ++sizes_[room]; }
  void leave(const std::string& room);

  /// The fullest rooms first, at most `count`.
  std::vector<RoomSize> fullest(std::size_t count) const;

 private:
  std::map<std::string, std::size_t> sizes_;
};

}  // namespace showcase
