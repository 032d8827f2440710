// SPDX-License-Identifier: MIT
// A chat: brings the room's rules, the history and the clients together. Handlers are registered
// once for all sockets, so a client costs no closure.
//
// Several servers on one Redis are one chat. Each knows its own people, and asks the cluster for all:
// everybody who has joined is in the room `chat:lobby`, with `data.chat` as `{name, session}`.
//
// Construct it before the server runs; it must outlive the server's run. Handlers run on the loops of
// their sockets, at the same time where there are several.
#pragma once

#include "chat_history.hpp"
#include "chat_room.hpp"

#include <socketio/server.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace showcase {

class Chat {
 public:
  /// Messages that somebody who joins is shown.
  static constexpr std::size_t history_shown = 100;

  Chat(socketio::Server& io, Database& database);

 private:
  socketio::Task<socketio::json> on_join(socketio::Socket socket, std::string name);
  socketio::json on_message(socketio::Socket& socket, std::string_view text);
  void on_typing(socketio::Socket& socket, std::string_view event);
  socketio::Task<> on_leave(socketio::Socket socket);

  socketio::Task<std::vector<std::string>> everybody();
  void replace(const std::string& id);
  void announce(const socketio::Socket& socket, const Joined& joined, const socketio::json& users);
  std::vector<ChatMessage> history();

  // On any thread:
  std::variant<Joined, Refusal> enter(const Visitor& visitor, std::string_view name);
  std::optional<std::string> take_out(const std::string& id);
  std::optional<std::string> name_of(const socketio::Socket& socket);
  std::variant<std::string, Refusal> check_message(const socketio::Socket& socket,
                                                   std::string_view text);
  void forget_old_messages();

  socketio::Server& io_;
  ChatHistory history_;
  std::mutex mutex_;  // for room_
  ChatRoom room_;
};

}  // namespace showcase
