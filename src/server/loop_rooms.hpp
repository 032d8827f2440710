// SPDX-License-Identifier: MIT
// LoopRooms: which loops of a server have a namespace, and which have members of a room. It is changed
// when a room gets its first member on a loop or loses its last one there, and read for each broadcast to
// rooms. The room of a socket's own id is not in it: the id names its loop.
//
// Any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::server {

class LoopRooms {
 public:
  /// One flag for each loop.
  using Set = std::vector<bool>;

  explicit LoopRooms(std::size_t loops) : loops_(loops) {}

  void add_namespace(std::size_t loop, const std::string& nsp);
  void remove_namespace(std::size_t loop, const std::string& nsp);
  void add_room(std::size_t loop, const std::string& nsp, const std::string& room);
  void remove_room(std::size_t loop, const std::string& nsp, const std::string& room);

  /// Where a broadcast to these rooms, or to all if there are none, may have receivers.
  Set with(const std::string& nsp, const std::vector<std::string>& rooms) const;
  std::size_t room_count() const;

 private:
  struct Namespace {
    Set loops;
    std::unordered_map<std::string, Set> rooms;
  };

  bool is_own_id(std::size_t loop, std::string_view room) const;
  static bool is_empty(const Set& loops);

  const std::size_t loops_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Namespace> namespaces_;
};

}  // namespace socketio::server
