// SPDX-License-Identifier: MIT
// RoomMembers: sockets for tests of RoomIndex, which are in no namespace's lists, and a check
// that the index agrees with a naive model of it. The sockets leave all rooms before the index
// is destroyed.
#pragma once

#include "core/server/connection.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/node.hpp"
#include "core/server/room_index.hpp"
#include "core/server/socket_state.hpp"
#include "support/core_peer.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace socketio::support {

class RoomMembers {
 public:
  using Model = std::map<std::string, std::set<std::size_t>>;

  explicit RoomMembers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      sockets_.push_back(std::make_shared<core::SocketState>(server_.node.of("/"), client_,
                                                             std::to_string(i), ""));
    }
  }

  std::size_t size() const { return sockets_.size(); }
  core::SocketState& operator[](std::size_t i) { return *sockets_[i]; }

  /// Empty if `index` contains exactly what `model` says, in both directions; otherwise
  /// what is wrong.
  std::string difference(const core::RoomIndex& index, const Model& model) {
    if (index.room_count() != model.size()) return "count of rooms";
    std::size_t memberships = 0;
    for (const auto& [name, members] : model) {
      const core::Room* const room = index.find(name);
      if (room == nullptr || room->name != name) return "room " + name + " is missing";
      if (room->members.size() != members.size()) return "size of room " + name;
      for (const std::size_t member : members) {
        if (!knows_its_place(*sockets_[member], *room)) return "place of a member of " + name;
      }
      memberships += members.size();
    }
    for (const auto& socket : sockets_) memberships -= socket->memberships().size();
    return memberships == 0 ? "" : "count of memberships";
  }

 private:
  static bool knows_its_place(core::SocketState& socket, const core::Room& room) {
    const auto& memberships = socket.memberships();
    const auto found =
        std::find_if(memberships.begin(), memberships.end(),
                     [&](const core::Membership& membership) { return membership.room == &room; });
    return found != memberships.end() && found->position < room.members.size() &&
           room.members[found->position] == &socket;
  }

  CoreServer server_;
  core::Connection client_{server_.node, std::make_shared<engine::Session>(
                                             server_, "session", engine::OpeningRequest{})};
  std::vector<std::shared_ptr<core::SocketState>> sockets_;
};

}  // namespace socketio::support
