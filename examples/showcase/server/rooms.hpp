// SPDX-License-Identifier: MIT
// Rooms that anybody opens by joining them, who is in each, and what is said there.
//
// Several servers on one Redis share their rooms: who is in the room `room:<id>` is in it, under the
// name `data.name`.
//
// Construct it before the server runs; it must outlive the server's run. Handlers run on the loops of
// their sockets, at the same time where there are several.
#pragma once

#include "room_directory.hpp"
#include "room_list.hpp"

#include <socketio/server.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace showcase {

struct RoomMessage {
  std::string roomId, message;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RoomMessage, roomId, message)

class Rooms {
 public:
  explicit Rooms(socketio::Server& io);

 private:
  socketio::json on_join(socketio::Socket& socket, std::string_view id,
                         const std::optional<std::string>& name);
  socketio::json on_leave(socketio::Socket& socket, std::string_view id);
  socketio::json on_message(socketio::Socket& socket, const RoomMessage& sent);
  socketio::Task<std::vector<std::string>> list_users(socketio::Socket socket, std::string id);

  bool enter(const std::string& id);
  void say_left(const socketio::Socket& socket, const std::string& id);

  socketio::Server& io_;
  std::mutex mutex_;         // for directory_
  RoomDirectory directory_;  // of this server
  RoomList list_;
};

}  // namespace showcase
