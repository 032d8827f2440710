// SPDX-License-Identifier: MIT
#include "namespaces.hpp"

#include "clock.hpp"
#include "refusal.hpp"
#include "session.hpp"
#include "text.hpp"

#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::MiddlewareError;
using socketio::Next;
using socketio::Socket;
using socketio::Task;

/// Those who are in /chat, as administrators see them.
Task<json> people_in(socketio::Namespace chat) {
  json people = json::array();
  for (const auto& socket : co_await chat.fetch_sockets()) {
    people.push_back({{"id", socket.id}, {"name", socket.data.value("name", "")}});
  }
  co_return people;
}

}  // namespace

Namespaces::Namespaces(socketio::Server& io, Identities& identities)
    : io_(io), chat_(io.of("/chat")), admin_(io.of("/admin")), identities_(identities) {
  open_chat();
  open_admin();
}

void Namespaces::open_chat() {
  chat_.on_connection([this](Socket socket) {
    const std::string name = "Visitor " + std::to_string(++visitors_);
    socket.data()["name"] = name;
    socket.emit("welcome", json{{"name", name}});
    return tell_administrators();
  });
  chat_.on_disconnect([this] { return tell_administrators(); });
  chat_.on("message", [this](Socket& socket, std::string_view text) {
    const auto said = clean_message(text, text_limit);
    if (!said) return refused(socket, "A message has 1 to 500 characters.");
    chat_.emit("message", json{{"from", socket.data()["name"]}, {"text", *said}, {"at", now_ms()}});
    return json{{"ok", true}};
  });
}

void Namespaces::open_admin() {
  admin_.use([this](Socket& socket, Next next) { admit(socket, next); });
  admin_.on_connection([this](Socket socket) -> Task<> {
    begin_session(io_, socket, socket.data<Session>().claims);
    socket.emit("users", co_await people_in(chat_));
  });
  admin_.on_disconnect([](Socket& socket) { socket.data<Session>().end.cancel(); });
  admin_.on("notice",
            [this](Socket& socket, std::string_view text) { return on_notice(socket, text); });
  admin_.on("disconnect-user",
            [this](Socket socket, std::string id) { return on_disconnect_user(socket, id); });
}

/// A namespace has middlewares of its own: who is refused here keeps the connection, and the other
/// namespaces on it.
void Namespaces::admit(Socket& socket, const Next& next) {
  const auto claims = identities_.verify(shown_token(socket), now_seconds());
  if (!claims || claims->role != "admin") return next(MiddlewareError{"Admin access required"});
  socket.data<Session>().claims = *claims;
  next();
}

json Namespaces::on_notice(const Socket& socket, std::string_view text) {
  const auto said = clean_message(text, text_limit);
  if (!said) return refused(socket, "A notice has 1 to 500 characters.");
  const json notice{{"text", *said}, {"at", now_ms()}};
  for (const auto& everybody : {socketio::Namespace(io_), chat_, admin_}) {
    everybody.emit("notice", notice);
  }
  return {{"ok", true}};
}

Task<json> Namespaces::on_disconnect_user(Socket socket, std::string id) {
  const auto found = co_await chat_.in(id).fetch_sockets();
  if (found.empty()) co_return refused(socket, "This user has left already.");
  // Of /chat alone: with Close::connection all namespaces of that client would end.
  for (const auto& user : found) user.disconnect();
  co_return json{{"ok", true}};
}

Task<> Namespaces::tell_administrators() { admin_.emit("users", co_await people_in(chat_)); }

}  // namespace showcase
