// SPDX-License-Identifier: MIT
// The events of examples/showcase/README.md: brings the room's rules, the history and the clients
// together. Handlers are registered once for all sockets, so a client costs no closure.
//
// Construct it before the server runs; it must outlive the server's run. Everything happens on the
// server's loop.
#pragma once

#include "history.hpp"
#include "room.hpp"

#include <socketio/server.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace showcase {

class Chat {
 public:
  /// Messages that somebody who joins is shown.
  static constexpr std::size_t history_shown = 100;

  Chat(socketio::Server& io, History& history);

 private:
  socketio::json on_join(socketio::Socket& socket, std::string_view name);
  socketio::json on_message(socketio::Socket& socket, std::string_view text);
  void forget_old_messages();
  void on_typing(socketio::Socket& socket, bool typing);
  void on_leave(socketio::Socket& socket);

  void settle(socketio::Socket& socket, const Joined& joined);
  void replace(const std::string& id);

  socketio::Server& io_;
  History& history_;
  Room room_;
};

}  // namespace showcase
