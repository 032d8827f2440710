// SPDX-License-Identifier: MIT
// The list of the fullest rooms, for who asks for it, and afterwards whenever it changes.
//
// Construct it before the server runs; it must outlive the server's run, as the directory must.
// Everything happens on the server's loop.
#pragma once

#include "room_directory.hpp"

#include <socketio/server.hpp>

namespace showcase {

class RoomList {
 public:
  RoomList(socketio::Server& io, const RoomDirectory& directory);

  /// Soon, and once for all changes until then.
  void tell();

 private:
  socketio::json on_watch(socketio::Socket& socket);

  socketio::Server& io_;
  const RoomDirectory& directory_;
  bool will_tell_ = false;
};

}  // namespace showcase
