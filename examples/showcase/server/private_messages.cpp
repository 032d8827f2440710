// SPDX-License-Identifier: MIT
#include "private_messages.hpp"

#include "clock.hpp"
#include "text.hpp"

#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;

constexpr std::size_t name_limit = 24;  // characters
constexpr std::size_t message_limit = 2000;
constexpr const char* everybody = "private:everybody";

/// Kept with each socket; empty until it registers.
struct Registered {
  std::string name;
  bool acknowledges = false;
};

/// All tabs of one person.
std::string room_of(const std::string& name) { return "private:of:" + name; }

/// The same in an event and in the acknowledgement, if one was asked for.
json refused(const Socket& socket, std::string_view why) {
  socket.emit("error", json{{"message", why}});
  return {{"ok", false}, {"error", why}};
}

}  // namespace

PrivateMessages::PrivateMessages(socketio::Server& io, Database& database)
    : io_(io), mailbox_(database) {
  io.on("register",
        [this](Socket& socket, std::string_view name, std::optional<bool> acknowledges) {
          return on_register(socket, name, acknowledges.value_or(false));
        });
  io.on("private-message", [this](Socket socket, PrivateMessage sent) {
    return on_message(std::move(socket), std::move(sent));
  });
  io.on_disconnect([this](Socket& socket) { on_leave(socket); });
}

/// A client that acknowledges what its reader has seen gets everything unread; another one only
/// what nobody has been sent yet.
json PrivateMessages::on_register(Socket& socket, std::string_view name, bool acknowledges) {
  const auto clean = clean_name(name, name_limit);
  if (!clean) return refused(socket, "A name has 1 to 24 visible characters.");
  const auto person = mailbox_.add_person(*clean);
  if (!person) return refused(socket, "There are too many people already.");
  auto& registered = socket.data<Registered>();
  const bool is_new = registered.name != *person || registered.acknowledges != acknowledges;
  on_leave(socket);
  registered = {*person, acknowledges};
  socket.data()["acknowledges"] = acknowledges;  // for fetch_sockets()
  socket.join({room_of(*person), everybody});
  if (++tabs_[*person] == 1) io_.to(everybody).emit("people", people());
  if (is_new) {
    const auto letters = acknowledges ? mailbox_.unread(*person) : mailbox_.waiting(*person);
    for (const Letter& letter : letters) deliver(socket, letter, acknowledges);
    mailbox_.set_delivered(*person);
  }
  return {{"ok", true},
          {"name", *person},
          {"people", people()},
          {"history", mailbox_.latest(*person, letters_shown)}};
}

socketio::Task<json> PrivateMessages::on_message(Socket socket, PrivateMessage sent) {
  const std::string from = socket.data<Registered>().name;
  if (from.empty()) co_return refused(socket, "Register your name first");
  const auto to = mailbox_.find_person(sent.to);
  if (!to) co_return refused(socket, "User not found");
  const auto text = clean_message(sent.message, message_limit);
  if (!text) co_return refused(socket, "A message has 1 to 2000 characters");
  Letter letter{.from = from, .to = *to, .message = *text, .timestamp = now_ms()};
  mailbox_.put(letter);
  socket.to(room_of(from)).emit("private-message-sent", letter);
  const auto tabs = co_await io_.in(room_of(*to)).fetch_sockets();
  for (const auto& tab : tabs) deliver(tab, letter, tab.data.value("acknowledges", false));
  if (!tabs.empty()) mailbox_.set_delivered(*to);
  co_return json{{"ok", true}, {"letter", letter}, {"delivered", !tabs.empty()}};
}

/// The acknowledgement says that it was read, however late. Who never acknowledges is not asked.
template <class AnySocket>
void PrivateMessages::deliver(const AnySocket& socket, const Letter& letter, bool acknowledges) {
  const json message{{"from", letter.from},
                     {"message", letter.message},
                     {"id", letter.id},
                     {"timestamp", letter.timestamp}};
  if (!acknowledges) return void(socket.emit("private-message", message));
  socket.emit_with_ack("private-message", message)
      .then([this, receipt = Receipt{letter.id, letter.from, letter.to}](
                const socketio::Reply<json>& reply) {
        if (reply) on_read(receipt);
      });
}

void PrivateMessages::on_read(const Receipt& receipt) {
  if (!mailbox_.set_read(receipt.id)) return;
  io_.to({room_of(receipt.from), room_of(receipt.to)}).emit("message-read", receipt);
}

void PrivateMessages::on_leave(Socket& socket) {
  const std::string name = std::exchange(socket.data<Registered>().name, {});
  if (name.empty()) return;
  socket.leave(room_of(name));
  if (--tabs_[name] > 0) return;
  tabs_.erase(name);
  io_.to(everybody).emit("people", people());
}

json PrivateMessages::people() {
  json list = json::array();
  for (const std::string& name : mailbox_.people(people_shown))
    list.push_back({{"name", name}, {"online", tabs_.contains(name)}});
  return list;
}

}  // namespace showcase
