// SPDX-License-Identifier: MIT
// A chat: brings the room's rules, the history and the clients together. Handlers are registered
// once for all sockets, so a client costs no closure.
//
// Construct it before the server runs; it must outlive the server's run. Everything happens on the
// server's loop.
#pragma once

#include "chat_history.hpp"
#include "chat_room.hpp"

#include <socketio/server.hpp>

#include <cstddef>
#include <string_view>

namespace showcase {

class Chat {
 public:
  /// Messages that somebody who joins is shown.
  static constexpr std::size_t history_shown = 100;

  Chat(socketio::Server& io, Database& database);

 private:
  socketio::json on_join(socketio::Socket& socket, std::string_view name);
  socketio::json on_message(socketio::Socket& socket, std::string_view text);
  void on_typing(socketio::Socket& socket, std::string_view event);
  void on_leave(socketio::Socket& socket);

  void announce(socketio::Socket& socket, const Joined& joined);
  void forget_old_messages();

  socketio::Server& io_;
  ChatHistory history_;
  ChatRoom room_;
};

}  // namespace showcase
