// SPDX-License-Identifier: MIT
// Namespaces: one connection carries the main namespace, /chat, which is open to anybody, and
// /admin, which asks for the token of an administrator.
//
// Construct it before the server runs; it must outlive the server's run. Handlers run on the loops of
// their sockets, at the same time where there are several.
#pragma once

#include "identities.hpp"

#include <socketio/server.hpp>

#include <atomic>
#include <cstddef>
#include <string>

namespace showcase {

class Namespaces {
 public:
  static constexpr std::size_t text_limit = 500;  // characters

  Namespaces(socketio::Server& io, Identities& identities);

 private:
  void open_chat();
  void open_admin();
  void admit(socketio::Socket& socket, const socketio::Next& next);
  socketio::json on_notice(const socketio::Socket& socket, std::string_view text);
  socketio::Task<socketio::json> on_disconnect_user(socketio::Socket socket, std::string id);
  socketio::Task<> tell_administrators();

  socketio::Server& io_;
  socketio::Namespace chat_;
  socketio::Namespace admin_;
  Identities& identities_;
  std::atomic<int> visitors_ = 0;
};

}  // namespace showcase
