// SPDX-License-Identifier: MIT
// The list of the fullest rooms, for who asks for it, and afterwards whenever it changes.
//
// Construct it before the server runs; it must outlive the server's run. Handlers run on the loops of
// their sockets.
#pragma once

#include <socketio/server.hpp>

#include <atomic>

namespace showcase {

class RoomList {
 public:
  explicit RoomList(socketio::Server& io);

  /// Soon, and once for all changes until then. Any thread.
  void tell();

 private:
  socketio::Task<socketio::json> on_watch(socketio::Socket socket);

  socketio::Server& io_;
  std::atomic<bool> will_tell_ = false;
};

}  // namespace showcase
