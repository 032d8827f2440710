// SPDX-License-Identifier: MIT
#include "rooms.hpp"

#include "text.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;

constexpr std::size_t room_name_limit = 40;  // characters
constexpr std::size_t user_name_limit = 24;
constexpr std::size_t message_limit = 2000;
constexpr std::size_t rooms_shown = 50;
constexpr std::size_t rooms_per_socket = 32;  // those of other applications included
constexpr std::chrono::milliseconds shown_after{100};

/// In front of the rooms of this application, so that nobody joins one of another.
constexpr std::string_view prefix = "room:";
/// Who wants to know which rooms there are.
constexpr const char* watchers = "rooms:watchers";

std::string room_of(std::string_view id) { return std::string(prefix).append(id); }

json refused(std::string_view why) { return {{"ok", false}, {"error", why}}; }

bool is_in(const Socket& socket, std::string_view id) {
  const auto rooms = socket.rooms();
  return std::find(rooms.begin(), rooms.end(), room_of(id)) != rooms.end();
}

/// As it was joined.
std::string clean_room(std::string_view id) {
  return clean_name(id, room_name_limit).value_or(std::string(id));
}

/// Who gave no name is known by the socket's id.
std::string name_of(const Socket& socket) { return socket.data().value("name", socket.id()); }

}  // namespace

Rooms::Rooms(socketio::Server& io) : io_(io) {
  io.on("join-room", [this](Socket& socket, std::string_view id, std::optional<std::string> name) {
    return on_join(socket, id, name);
  });
  io.on("leave-room", [this](Socket& socket, std::string_view id) { return on_leave(socket, id); });
  io.on("room-message",
        [this](Socket& socket, RoomMessage sent) { return on_message(socket, sent); });
  io.on("get-room-users", [this](Socket socket, std::string id) {
    return list_users(std::move(socket), std::move(id));
  });
  io.on("get-rooms", [this](Socket& socket) {
    socket.join(watchers);
    return directory_.fullest(rooms_shown);
  });
  io.on_disconnecting([this](Socket& socket) {
    for (const std::string& room : socket.rooms()) {
      if (room.starts_with(prefix)) say_left(socket, room.substr(prefix.size()));
    }
  });
}

json Rooms::on_join(Socket& socket, std::string_view id, const std::optional<std::string>& name) {
  const auto clean_id = clean_name(id, room_name_limit);
  if (!clean_id) return refused("A room's name has 1 to 40 visible characters.");
  if (name) {
    const auto clean = clean_name(*name, user_name_limit);
    if (!clean) return refused("Your name has 1 to 24 visible characters.");
    socket.data()["name"] = *clean;
  }
  if (!is_in(socket, *clean_id)) {
    if (socket.rooms().size() >= rooms_per_socket) return refused("You are in too many rooms.");
    if (!directory_.has_place_for(*clean_id)) return refused("There are too many rooms.");
    socket.join(room_of(*clean_id));
    directory_.enter(*clean_id);
    socket.to(room_of(*clean_id))
        .emit("room-user-joined", json{{"roomId", *clean_id}, {"user", name_of(socket)}});
    show_rooms();
  }
  return {{"ok", true}, {"roomId", *clean_id}, {"user", name_of(socket)}};
}

json Rooms::on_leave(Socket& socket, std::string_view given) {
  const std::string id = clean_room(given);
  if (is_in(socket, id)) {
    socket.leave(room_of(id));
    say_left(socket, id);
  }
  return {{"ok", true}};
}

json Rooms::on_message(Socket& socket, const RoomMessage& sent) {
  const std::string id = clean_room(sent.roomId);
  if (!is_in(socket, id)) return refused("Join the room first.");
  const auto message = clean_message(sent.message, message_limit);
  if (!message) return refused("A message has 1 to 2000 characters.");
  io_.to(room_of(id))
      .emit("room-message",
            json{{"roomId", id}, {"sender", name_of(socket)}, {"message", *message}});
  return {{"ok", true}};
}

socketio::Task<std::vector<std::string>> Rooms::list_users(Socket socket, std::string given) {
  const std::string id = clean_room(given);
  std::vector<std::string> users;
  for (const auto& member : co_await io_.in(room_of(id)).fetch_sockets())
    users.push_back(member.data.value("name", member.id));
  std::sort(users.begin(), users.end());
  socket.emit("room-users", users, id);
  co_return users;
}

void Rooms::say_left(const Socket& socket, const std::string& id) {
  directory_.leave(id);
  socket.to(room_of(id)).emit("room-user-left", json{{"roomId", id}, {"user", name_of(socket)}});
  show_rooms();
}

/// Soon, and once for all changes until then.
void Rooms::show_rooms() {
  if (std::exchange(will_show_, true)) return;
  io_.after(shown_after, [this] {
    will_show_ = false;
    io_.to(watchers).emit("rooms", directory_.fullest(rooms_shown));
  });
}

}  // namespace showcase
