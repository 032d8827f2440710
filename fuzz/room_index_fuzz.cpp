// SPDX-License-Identifier: MIT
// Two bytes of input are one operation on the index of rooms: the first chooses the operation
// and the socket, the second the room. After each operation the index has the same contents as a
// map of sets.
#include "core/server/room_index.hpp"
#include "support/room_members.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using socketio::support::RoomMembers;
  static RoomMembers sockets(16);
  socketio::core::RoomIndex index;
  RoomMembers::Model model;
  for (std::size_t i = 0; i + 1 < size; i += 2) {
    const std::size_t socket = data[i] % sockets.size();
    const std::string room(data[i + 1] % 32, static_cast<char>(data[i + 1] / 32));
    switch (data[i] / 16 % 4) {
      case 0:
      case 1:
        if (index.join(sockets[socket], room) != model[room].insert(socket).second) std::abort();
        break;
      case 2:
        index.leave(sockets[socket], room);
        model[room].erase(socket);
        break;
      default:
        index.leave_all(sockets[socket]);
        for (auto& [name, members] : model) members.erase(socket);
    }
    std::erase_if(model, [](const auto& entry) { return entry.second.empty(); });
    if (!sockets.difference(index, model).empty()) std::abort();
  }
  for (std::size_t i = 0; i < sockets.size(); ++i) index.leave_all(sockets[i]);
  if (index.room_count() != 0) std::abort();
  return 0;
}
