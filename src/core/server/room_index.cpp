// SPDX-License-Identifier: MIT
#include "core/server/room_index.hpp"

#include "core/make_room.hpp"
#include "core/server/socket_state.hpp"

#include <algorithm>

namespace socketio::core {

namespace {

auto find_membership(std::vector<Membership>& memberships, std::string_view room) {
  return std::find_if(memberships.begin(), memberships.end(),
                      [&](const Membership& membership) { return membership.room->name == room; });
}

}  // namespace

const Room* RoomIndex::find(std::string_view room) const {
  const auto found = rooms_.find(room);
  return found == rooms_.end() ? nullptr : found->second.get();
}

bool RoomIndex::join(SocketState& socket, std::string_view name) {
  auto& memberships = socket.memberships();
  const auto found = rooms_.find(name);
  Room* room = found == rooms_.end() ? nullptr : found->second.get();
  if (room) {
    // Search the shorter list.
    const bool is_member =
        memberships.size() < room->members.size()
            ? find_membership(memberships, name) != memberships.end()
            : std::find(room->members.begin(), room->members.end(), &socket) != room->members.end();
    if (is_member) return false;
    make_room(room->members);
    make_room(memberships);
  } else {
    auto made = std::make_unique<Room>();
    made->name = std::string(name);
    make_room(made->members);
    make_room(memberships);
    room = made.get();
    rooms_.emplace(room->name, std::move(made));
  }
  memberships.push_back({room, static_cast<std::uint32_t>(room->members.size())});
  room->members.push_back(&socket);
  return true;
}

bool RoomIndex::leave(SocketState& socket, std::string_view room) {
  auto& memberships = socket.memberships();
  const auto found = find_membership(memberships, room);
  if (found == memberships.end()) return false;
  remove(socket, static_cast<std::size_t>(found - memberships.begin()));
  return true;
}

void RoomIndex::leave_all(SocketState& socket) {
  while (!socket.memberships().empty()) remove(socket, socket.memberships().size() - 1);
}

void RoomIndex::remove(SocketState& socket, std::size_t index) {
  auto& memberships = socket.memberships();
  const Membership gone = memberships[index];
  memberships[index] = memberships.back();
  memberships.pop_back();

  auto& members = gone.room->members;
  SocketState* const moved = members.back();
  members[gone.position] = moved;
  members.pop_back();
  if (moved != &socket) {
    for (Membership& membership : moved->memberships()) {
      if (membership.room == gone.room) membership.position = gone.position;
    }
  }
  if (members.empty()) rooms_.erase(rooms_.find(gone.room->name));
}

}  // namespace socketio::core
