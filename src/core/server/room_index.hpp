// SPDX-License-Identifier: MIT
// Which sockets of a namespace are in which rooms. A room is a dense vector, so a broadcast reads
// memory in order. A socket knows its position in each of its rooms, so leaving is O(1). The room
// of a socket's own id is not stored: the socket's entry in the namespace serves as that room.
// Loop's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::core {

class SocketState;

struct Room {
  std::string name;
  std::vector<SocketState*> members;
};

/// A socket's position in a room.
struct Membership {
  Room* room;
  std::uint32_t position;
};

class RoomIndex {
 public:
  /// False if the socket was already a member.
  bool join(SocketState& socket, std::string_view room);
  /// False if it was no member.
  bool leave(SocketState& socket, std::string_view room);
  void leave_all(SocketState& socket);
  /// Null if the room has no members.
  const Room* find(std::string_view room) const;
  std::size_t room_count() const { return rooms_.size(); }

 private:
  void remove(SocketState& socket, std::size_t index);

  std::unordered_map<std::string_view, std::unique_ptr<Room>>
      // Keyed by the room's own name.
      rooms_;
};

}  // namespace socketio::core
