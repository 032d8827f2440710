// SPDX-License-Identifier: MIT
#include "private_messages.hpp"

#include "clock.hpp"
#include "refusal.hpp"
#include "text.hpp"

#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;

constexpr std::size_t name_limit = 24;  // characters
constexpr std::size_t message_limit = 2000;
constexpr const char* everybody = "private:everybody";

}  // namespace

PrivateMessages::PrivateMessages(socketio::Server& io, Database& database)
    : io_(io), mailbox_(database), delivery_(io, mailbox_) {
  io.on("register",
        [this](Socket& socket, std::string_view name, std::optional<bool> acknowledges) {
          return on_register(socket, name, acknowledges.value_or(false));
        });
  io.on("private-message",
        [this](Socket& socket, PrivateMessage sent) { return on_message(socket, sent); });
  io.on_disconnect([this](Socket& socket) { on_leave(socket); });
}

/// A client that acknowledges what its reader has seen gets everything unread; another one only
/// what nobody has been sent yet.
json PrivateMessages::on_register(Socket& socket, std::string_view name, bool acknowledges) {
  if (auto refusal = refused_for_haste(socket)) return *refusal;
  const auto clean = clean_name(name, name_limit);
  if (!clean) return refused(socket, "A name has 1 to 24 visible characters.");
  const std::string person = mailbox_.add_person(*clean);
  auto& registered = socket.data<Registered>();
  const bool is_new = registered.name != person || registered.acknowledges != acknowledges;
  on_leave(socket);
  registered.name = person;
  registered.acknowledges = acknowledges;
  socket.join({room_of_person(person), everybody});
  tabs_[person].emplace(socket.id(), socket);
  if (tabs_[person].size() == 1) io_.local().to(everybody).emit("people", people());
  if (is_new) delivery_.deliver_waiting(socket, {0, mailbox_.last_id()});
  return {{"ok", true},
          {"name", person},
          {"people", people()},
          {"history", mailbox_.latest(person, letters_shown)}};
}

json PrivateMessages::on_message(Socket& socket, const PrivateMessage& sent) {
  const std::string from = socket.data<Registered>().name;
  if (from.empty()) return refused(socket, "Register your name first");
  const auto to = mailbox_.find_person(sent.to);
  if (!to) return refused(socket, "User not found");
  const auto text = clean_message(sent.message, message_limit);
  if (!text) return refused(socket, "A message has 1 to 2000 characters");
  Letter letter{.from = from, .to = *to, .message = *text, .timestamp = now_ms()};
  mailbox_.put(letter);
  socket.to(room_of_person(from)).emit("private-message-sent", letter);
  bool delivered = false;
  if (tabs_.contains(*to)) {
    const auto tabs = tabs_.at(*to);  // a copy, as a client that is too slow may go now
    for (const auto& [id, tab] : tabs) delivered |= delivery_.deliver(tab, letter);
  }
  return {{"ok", true}, {"letter", letter}, {"delivered", delivered}};
}

void PrivateMessages::refuse(socketio::Server& io) {
  for (const char* event : {"register", "private-message"}) {
    io.on(event, [](Socket& socket) {
      return refused(socket, "Private messages need a server with one thread.");
    });
  }
}

void PrivateMessages::on_leave(Socket& socket) {
  const std::string name = std::exchange(socket.data<Registered>().name, {});
  if (name.empty()) return;
  socket.leave(room_of_person(name));
  auto& tabs = tabs_[name];
  tabs.erase(socket.id());
  if (!tabs.empty()) return;
  tabs_.erase(name);
  io_.local().to(everybody).emit("people", people());
}

json PrivateMessages::people() {
  json list = json::array();
  for (const std::string& name : mailbox_.people(people_shown))
    list.push_back({{"name", name}, {"online", tabs_.contains(name)}});
  return list;
}

}  // namespace showcase
