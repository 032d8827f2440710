// SPDX-License-Identifier: MIT
#include "room_list.hpp"

#include "refusal.hpp"
#include "room_directory.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;
using socketio::Task;

constexpr std::size_t rooms_shown = 50;
constexpr std::chrono::milliseconds told_after{100};

/// Who wants to know which rooms there are.
constexpr const char* watchers = "rooms:watchers";

/// Of all servers.
Task<json> fullest_rooms(socketio::Namespace nsp) {
  RoomDirectory directory;
  for (const auto& socket : co_await nsp.fetch_sockets()) {
    for (const std::string& room : socket.rooms) {
      if (room.starts_with(room_prefix)) directory.enter(room.substr(room_prefix.size()));
    }
  }
  co_return json(directory.fullest(rooms_shown));
}

}  // namespace

RoomList::RoomList(socketio::Server& io) : io_(io) {
  io.on("get-rooms", [this](Socket socket) { return on_watch(std::move(socket)); });
}

Task<json> RoomList::on_watch(Socket socket) {
  if (auto refusal = refused_for_haste(socket)) co_return *refusal;
  socket.join(watchers);
  co_return co_await fullest_rooms(io_);
}

void RoomList::tell() {
  if (will_tell_.exchange(true)) return;
  io_.after(told_after, [this]() -> Task<> {
    will_tell_ = false;
    const json rooms = co_await fullest_rooms(io_);
    io_.to(watchers).emit("rooms", rooms);
  });
}

}  // namespace showcase
