// SPDX-License-Identifier: MIT
#include "chat.hpp"

#include "auth.hpp"
#include "clock.hpp"
#include "refusal.hpp"

#include <iostream>
#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;

/// Everybody who has joined; a socket that is merely connected hears nothing.
constexpr const char* lobby = "chat:lobby";

/// The tab's secret, if the client gave one of a sensible shape.
std::string session_of(const Socket& socket) {
  constexpr std::size_t longest = 128;
  const std::string text = auth_text(socket, "session");
  return text.size() <= longest ? text : std::string();
}

}  // namespace

Chat::Chat(socketio::Server& io, Database& database) : io_(io), history_(database) {
  io.on("join", [this](Socket& socket, std::string_view name) { return on_join(socket, name); });
  io.on("chat-message",
        [this](Socket& socket, std::string_view text) { return on_message(socket, text); });
  io.on("typing", [this](Socket& socket) { on_typing(socket, "user-typing"); });
  io.on("stop-typing", [this](Socket& socket) { on_typing(socket, "user-stop-typing"); });
  io.on("leave", [this](Socket& socket) { on_leave(socket); });
  io.on_disconnect([this](Socket& socket) { on_leave(socket); });
}

json Chat::on_join(Socket& socket, std::string_view name) {
  if (auto refusal = refused_for_haste(socket)) return *refusal;
  const auto result = room_.join({socket.id(), session_of(socket)}, name);
  if (const auto* refusal = std::get_if<Refusal>(&result))
    return refused(socket, to_string(*refusal));
  const auto& joined = std::get<Joined>(result);
  announce(socket, joined);
  json messages = json::array();
  try {
    messages = history_.latest(history_shown);
  } catch (const DatabaseError& error) {
    std::cerr << error.what() << '\n';
  }
  return {{"ok", true},
          {"username", joined.name},
          {"users", room_.names()},
          {"history", std::move(messages)}};
}

json Chat::on_message(Socket& socket, std::string_view text) {
  auto result = room_.check_message(socket.id(), text);
  if (const auto* refusal = std::get_if<Refusal>(&result))
    return refused(socket, to_string(*refusal));
  ChatMessage message{.id = 0,
                      .username = room_.name_of(socket.id()).value_or(""),
                      .message = std::get<std::string>(std::move(result)),
                      .timestamp = now_ms()};
  try {
    history_.append(message);
  } catch (const DatabaseError& error) {
    std::cerr << error.what() << '\n';
    return refused(socket, "The message could not be stored. Please try again.");
  }
  io_.to(lobby).emit("chat-message", message);
  forget_old_messages();
  return {{"ok", true}};
}

void Chat::on_typing(Socket& socket, std::string_view event) {
  if (const auto name = room_.name_of(socket.id())) socket.to(lobby).emit(event, *name);
}

void Chat::on_leave(Socket& socket) {
  const auto name = room_.leave(socket.id());
  if (!name) return;
  socket.leave(lobby);
  io_.to(lobby).emit("user-left", json{{"username", *name}, {"users", room_.names()}});
}

void Chat::announce(Socket& socket, const Joined& joined) {
  if (joined.replaced_id) {  // an older connection of the same person
    io_.in(*joined.replaced_id).sockets_leave(lobby);
    io_.in(*joined.replaced_id).emit("replaced");
  }
  socket.join(lobby);
  const json users = room_.names();
  if (joined.former_name)
    socket.to(lobby).emit("user-left", json{{"username", *joined.former_name}, {"users", users}});
  const json arrival{{"username", joined.name}, {"users", users}};
  socket.emit("user-joined", arrival);
  if (!joined.was_here) socket.to(lobby).emit("user-joined", arrival);
}

void Chat::forget_old_messages() {
  try {
    history_.forget_old();
  } catch (const DatabaseError& error) {
    std::cerr << error.what() << '\n';  // nobody's message is lost, and the next one tries again
  }
}

}  // namespace showcase
