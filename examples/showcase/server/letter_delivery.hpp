// SPDX-License-Identifier: MIT
// Letters on their way to the tabs of their receiver, and the receipts that come back.
//
// Construct it before the server runs; it must outlive the server's run, as the mailbox must.
// Everything happens on the server's loop.
#pragma once

#include "mailbox.hpp"

#include <socketio/server.hpp>

#include <cstdint>
#include <string>

namespace showcase {

/// Kept with each socket.
struct Registered {
  std::string name;  ///< Empty until it registers.
  bool acknowledges = false;
  socketio::Timer rest;  ///< Of what waited.
};

/// That a letter was read.
struct Receipt {
  std::int64_t id;
  std::string from, to;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Receipt, id, from, to)

/// The room of all tabs of one person.
std::string room_of_person(const std::string& name);

class LetterDelivery {
 public:
  LetterDelivery(socketio::Server& io, Mailbox& mailbox) : io_(io), mailbox_(mailbox) {}

  /// False if it could not be sent.
  bool deliver(const socketio::Socket& socket, const Letter& letter);
  /// To a client that acknowledges what its reader has seen, everything unread; to another one,
  /// what nobody has been sent yet. The oldest first, and the rest after a pause: many letters
  /// neither hold up the others on the loop nor fill this client's buffer.
  void deliver_waiting(const socketio::Socket& socket, Between ids);

 private:
  bool deliver_asking(const socketio::Socket& socket, const Letter& letter);
  void on_read(const Receipt& receipt);

  socketio::Server& io_;
  Mailbox& mailbox_;
};

}  // namespace showcase
