// SPDX-License-Identifier: MIT
#include "events.hpp"
#include "room_list.hpp"

#include <algorithm>
#include <string>

namespace conformance {

using socketio::Ack;
using socketio::Arguments;
using socketio::json;
using socketio::Namespace;
using socketio::Socket;

void add_room_events(Namespace& nsp) {
  nsp.on("join", [](const Socket& socket, const RoomList& rooms, const Ack<>& ack) {
    socket.join(rooms.names);
    ack();
  });
  nsp.on("leave", [](const Socket& socket, const std::string& room, const Ack<>& ack) {
    socket.leave(room);
    ack();
  });
  nsp.on("leave-all", [](const Socket& socket, const Ack<>& ack) {
    socket.leave_all();
    ack();
  });
  nsp.on("rooms", [](const Socket& socket) {
    auto rooms = socket.rooms();
    std::sort(rooms.begin(), rooms.end());
    return rooms;
  });
}

void add_broadcast_events(Namespace& nsp) {
  nsp.on("to-room", [](const Socket& socket, const RoomList& rooms, const std::string& event,
                       const Arguments& args) { socket.to(rooms.names).emit(event, args); });
  nsp.on("to-room-except", [](const Socket& socket, const RoomList& rooms, const RoomList& except,
                              const std::string& event, const Arguments& args) {
    socket.to(rooms.names).except(except.names).emit(event, args);
  });
  nsp.on("in-room", [](const Socket& socket, const RoomList& rooms, const std::string& event,
                       const Arguments& args) { socket.nsp().in(rooms.names).emit(event, args); });
  nsp.on("except-room",
         [](const Socket& socket, const RoomList& rooms, const std::string& event,
            const Arguments& args) { socket.nsp().except(rooms.names).emit(event, args); });
  nsp.on("broadcast", [](const Socket& socket, const std::string& event, const Arguments& args) {
    socket.broadcast().emit(event, args);
  });
  nsp.on("all", [](const Socket& socket, const std::string& event, const Arguments& args) {
    socket.nsp().emit(event, args);
  });
  nsp.on("local", [](const Socket& socket, const std::string& event, const Arguments& args) {
    socket.nsp().local().emit(event, args);
  });
  nsp.on("volatile-all", [](const Socket& socket, const std::string& event, const Arguments& args) {
    socket.nsp().volatile_().emit(event, args);
  });
  nsp.on("ask-all",
         [](Socket socket, RoomList rooms, std::string event, std::int64_t timeout_ms,
            Ack<json> ack) -> socketio::Task<> {
           const auto timeout = std::chrono::milliseconds(timeout_ms);
           const auto answers =
               co_await socket.nsp().to(rooms.names).timeout(timeout).emit_with_ack(event);
           json error;
           if (answers.error()) error = answers.error().message();
           ack({{"responses", answers.values()}, {"error", error}});
         });
}

}  // namespace conformance
