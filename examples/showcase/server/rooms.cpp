// SPDX-License-Identifier: MIT
#include "rooms.hpp"

#include "refusal.hpp"
#include "text.hpp"

#include <algorithm>
#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;

constexpr std::size_t user_name_limit = 24;  // characters
constexpr std::size_t message_limit = 2000;
constexpr std::size_t rooms_per_socket = 32;  // those of other applications included

std::string room_of(std::string_view id) { return std::string(room_prefix).append(id); }

bool is_in(const Socket& socket, std::string_view id) {
  const auto rooms = socket.rooms();
  return std::find(rooms.begin(), rooms.end(), room_of(id)) != rooms.end();
}

/// Who gave no name is known by the socket's id.
std::string name_of(const Socket& socket) { return socket.data().value("name", socket.id()); }

}  // namespace

Rooms::Rooms(socketio::Server& io) : io_(io), list_(io) {
  io.on("join-room", [this](Socket& socket, std::string_view id, std::optional<std::string> name) {
    return on_join(socket, id, name);
  });
  io.on("leave-room", [this](Socket& socket, std::string_view id) { return on_leave(socket, id); });
  io.on("room-message",
        [this](Socket& socket, RoomMessage sent) { return on_message(socket, sent); });
  io.on("get-room-users", [this](Socket socket, std::string id) {
    return list_users(std::move(socket), std::move(id));
  });
  io.on_disconnecting([this](Socket& socket) {
    for (const std::string& room : socket.rooms()) {
      if (room.starts_with(room_prefix)) say_left(socket, room.substr(room_prefix.size()));
    }
  });
}

json Rooms::on_join(Socket& socket, std::string_view id, const std::optional<std::string>& name) {
  if (auto refusal = refused_for_haste(socket)) return *refusal;
  const auto clean_id = clean_room(id);
  if (!clean_id) return refused(socket, "A room's name has 1 to 40 visible characters.");
  if (name) {
    const auto clean = clean_name(*name, user_name_limit);
    if (!clean) return refused(socket, "Your name has 1 to 24 visible characters.");
    socket.data()["name"] = *clean;
  }
  if (!is_in(socket, *clean_id)) {
    if (socket.rooms().size() >= rooms_per_socket)
      return refused(socket, "You are in too many rooms.");
    if (!enter(*clean_id)) return refused(socket, "There are too many rooms.");
    socket.join(room_of(*clean_id));
    socket.to(room_of(*clean_id))
        .emit("room-user-joined", json{{"roomId", *clean_id}, {"user", name_of(socket)}});
    list_.tell();
  }
  return {{"ok", true}, {"roomId", *clean_id}, {"user", name_of(socket)}};
}

/// False if there are too many rooms.
bool Rooms::enter(const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (!directory_.has_place_for(id)) return false;
  directory_.enter(id);
  return true;
}

json Rooms::on_leave(Socket& socket, std::string_view given) {
  const std::string id = as_joined(given);
  if (is_in(socket, id)) {
    socket.leave(room_of(id));
    say_left(socket, id);
  }
  return {{"ok", true}};
}

json Rooms::on_message(Socket& socket, const RoomMessage& sent) {
  const std::string id = as_joined(sent.roomId);
  if (!is_in(socket, id)) return refused(socket, "Join the room first.");
  const auto message = clean_message(sent.message, message_limit);
  if (!message) return refused(socket, "A message has 1 to 2000 characters.");
  io_.to(room_of(id))
      .emit("room-message",
            json{{"roomId", id}, {"sender", name_of(socket)}, {"message", *message}});
  return {{"ok", true}};
}

socketio::Task<std::vector<std::string>> Rooms::list_users(Socket socket, std::string given) {
  const std::string id = as_joined(given);
  std::vector<std::string> users;
  for (const auto& member : co_await io_.in(room_of(id)).fetch_sockets())
    users.push_back(member.data.value("name", member.id));
  std::sort(users.begin(), users.end());
  socket.emit("room-users", users, id);
  co_return users;
}

void Rooms::say_left(const Socket& socket, const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    directory_.leave(id);
  }
  socket.to(room_of(id)).emit("room-user-left", json{{"roomId", id}, {"user", name_of(socket)}});
  list_.tell();
}

}  // namespace showcase
