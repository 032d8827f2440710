// SPDX-License-Identifier: MIT
#include "server/loop_rooms.hpp"

#include "base/loop_place.hpp"

#include <algorithm>
#include <optional>

namespace socketio::server {

namespace {

/// The loop of the socket that may have this id. Those of clients of Socket.IO v2 end with the
/// session's.
std::optional<std::size_t> loop_of_id(std::string_view room, std::size_t loops) {
  const std::string_view id = room.substr(room.rfind('#') + 1);
  if (!is_drawn_id(id)) return std::nullopt;
  return owner_of(id, loops);
}

}  // namespace

bool LoopRooms::is_own_id(std::size_t loop, std::string_view room) const {
  return loop_of_id(room, loops_) == loop;
}

bool LoopRooms::is_empty(const Set& loops) {
  return std::find(loops.begin(), loops.end(), true) == loops.end();
}

void LoopRooms::add_namespace(std::size_t loop, const std::string& nsp) {
  const std::lock_guard lock(mutex_);
  Set& loops = namespaces_[nsp].loops;
  loops.resize(loops_);
  loops[loop] = true;
}

void LoopRooms::remove_namespace(std::size_t loop, const std::string& nsp) {
  const std::lock_guard lock(mutex_);
  const auto found = namespaces_.find(nsp);
  if (found == namespaces_.end()) return;
  found->second.loops[loop] = false;
  if (is_empty(found->second.loops)) namespaces_.erase(found);
}

void LoopRooms::add_room(std::size_t loop, const std::string& nsp, const std::string& room) {
  if (is_own_id(loop, room)) return;
  const std::lock_guard lock(mutex_);
  const auto found = namespaces_.find(nsp);
  if (found == namespaces_.end()) return;
  Set& loops = found->second.rooms[room];
  loops.resize(loops_);
  loops[loop] = true;
}

void LoopRooms::remove_room(std::size_t loop, const std::string& nsp, const std::string& room) {
  if (is_own_id(loop, room)) return;
  const std::lock_guard lock(mutex_);
  const auto found = namespaces_.find(nsp);
  if (found == namespaces_.end()) return;
  const auto known = found->second.rooms.find(room);
  if (known == found->second.rooms.end()) return;
  known->second[loop] = false;
  if (is_empty(known->second)) found->second.rooms.erase(known);
}

LoopRooms::Set LoopRooms::with(const std::string& nsp,
                               const std::vector<std::string>& rooms) const {
  const std::lock_guard lock(mutex_);
  const auto found = namespaces_.find(nsp);
  if (found == namespaces_.end()) return Set(loops_);
  if (rooms.empty()) return found->second.loops;
  Set with(loops_);
  for (const std::string& room : rooms) {
    if (const auto owner = loop_of_id(room, loops_)) with[*owner] = true;
    const auto known = found->second.rooms.find(room);
    if (known == found->second.rooms.end()) continue;
    for (std::size_t loop = 0; loop < loops_; ++loop)
      with[loop] = with[loop] || known->second[loop];
  }
  return with;
}

std::size_t LoopRooms::room_count() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [name, nsp] : namespaces_) count += nsp.rooms.size();
  return count;
}

}  // namespace socketio::server
