// SPDX-License-Identifier: MIT
#include "room_list.hpp"

#include "refusal.hpp"

#include <chrono>
#include <cstddef>
#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;

constexpr std::size_t rooms_shown = 50;
constexpr std::chrono::milliseconds told_after{100};

/// Who wants to know which rooms there are.
constexpr const char* watchers = "rooms:watchers";

}  // namespace

RoomList::RoomList(socketio::Server& io, const RoomDirectory& directory)
    : io_(io), directory_(directory) {
  io.on("get-rooms", [this](Socket& socket) { return on_watch(socket); });
}

json RoomList::on_watch(Socket& socket) {
  if (auto refusal = refused_for_haste(socket)) return *refusal;
  socket.join(watchers);
  return directory_.fullest(rooms_shown);
}

void RoomList::tell() {
  if (std::exchange(will_tell_, true)) return;
  io_.after(told_after, [this] {
    will_tell_ = false;
    io_.to(watchers).emit("rooms", directory_.fullest(rooms_shown));
  });
}

}  // namespace showcase
