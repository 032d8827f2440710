// SPDX-License-Identifier: MIT
// Messages from one person to another. Somebody is a name: whoever gives it is that person, in as
// many tabs as they like, and finds what came while they were away.
//
// Construct it before the server runs; it must outlive the server's run. Everything happens on the
// server's loop.
#pragma once

#include "letter_delivery.hpp"
#include "mailbox.hpp"

#include <socketio/server.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace showcase {

struct PrivateMessage {
  std::string to, message;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PrivateMessage, to, message)

class PrivateMessages {
 public:
  /// Letters and people that somebody who registers is shown.
  static constexpr std::size_t letters_shown = 200;
  static constexpr std::size_t people_shown = 100;

  PrivateMessages(socketio::Server& io, Database& database);

  /// Instead of the application, on a server with several loops.
  static void refuse(socketio::Server& io);

 private:
  socketio::json on_register(socketio::Socket& socket, std::string_view name, bool acknowledges);
  socketio::json on_message(socketio::Socket& socket, const PrivateMessage& sent);
  void on_leave(socketio::Socket& socket);

  socketio::json people();

  socketio::Server& io_;
  Mailbox mailbox_;
  LetterDelivery delivery_;
  std::map<std::string, std::map<std::string, socketio::Socket>> tabs_;  // by name, then by id
};

}  // namespace showcase
