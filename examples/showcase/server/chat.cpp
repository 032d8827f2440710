// SPDX-License-Identifier: MIT
#include "chat.hpp"

#include <chrono>
#include <iostream>
#include <optional>
#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;

/// Everybody who has joined; a socket that is merely connected hears nothing.
constexpr const char* lobby = "lobby";

json refused(std::string_view why) { return {{"ok", false}, {"error", why}}; }
json refused(Refusal refusal) { return refused(to_string(refusal)); }
json named(const std::string& name) { return {{"name", name}}; }

/// The tab's secret, if the client gave one of a sensible shape.
std::string session_of(const Socket& socket) {
  constexpr std::size_t longest = 128;
  const json auth = socket.handshake().auth;
  if (!auth.is_object()) return {};
  const auto session = auth.find("session");
  if (session == auth.end() || !session->is_string()) return {};
  const auto& text = session->get_ref<const std::string&>();
  return text.size() <= longest ? text : std::string();
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Chat::Chat(socketio::Server& io, History& history) : io_(io), history_(history) {
  io.on("join", [this](Socket& socket, std::string_view name) { return on_join(socket, name); });
  io.on("message",
        [this](Socket& socket, std::string_view text) { return on_message(socket, text); });
  io.on("typing", [this](Socket& socket, bool typing) { on_typing(socket, typing); });
  io.on("leave", [this](Socket& socket) { on_leave(socket); });
  io.on_disconnect([this](Socket& socket, socketio::DisconnectReason) { on_leave(socket); });
  io.on_handler_error([](Socket&, const socketio::HandlerError& error) {
    // Arguments of a wrong shape are the client's affair and would fill the log; an
    // exception is ours.
    if (error.exception) std::cerr << error.event << ": " << error.message << '\n';
  });
}

json Chat::on_join(Socket& socket, std::string_view name) {
  const auto result = room_.join({socket.id(), session_of(socket)}, name);
  if (const auto* refusal = std::get_if<Refusal>(&result)) return refused(*refusal);
  const auto& joined = std::get<Joined>(result);
  settle(socket, joined);
  json messages = json::array();
  try {
    messages = history_.latest(history_shown);
  } catch (const HistoryError& error) {
    std::cerr << error.what() << '\n';
  }
  return {{"ok", true},
          {"name", joined.name},
          {"users", room_.names()},
          {"history", std::move(messages)}};
}

json Chat::on_message(Socket& socket, std::string_view text) {
  auto result = room_.check_message(socket.id(), text);
  if (const auto* refusal = std::get_if<Refusal>(&result)) return refused(*refusal);
  Message message{.id = 0,
                  .from = room_.name_of(socket.id()).value_or(""),
                  .text = std::get<std::string>(std::move(result)),
                  .at = now_ms()};
  try {
    history_.append(message);
  } catch (const HistoryError& error) {
    std::cerr << error.what() << '\n';
    return refused("The message could not be stored. Please try again.");
  }
  io_.to(lobby).emit("message", message);
  forget_old_messages();
  return {{"ok", true}};
}

void Chat::forget_old_messages() {
  try {
    history_.forget_old();
  } catch (const HistoryError& error) {
    std::cerr << error.what() << '\n';  // nobody's message is lost, and the next one tries again
  }
}

void Chat::on_typing(Socket& socket, bool typing) {
  const auto name = room_.name_of(socket.id());
  if (name) socket.to(lobby).emit("typing", json{{"name", *name}, {"typing", typing}});
}

void Chat::on_leave(Socket& socket) {
  const auto name = room_.leave(socket.id());
  if (!name) return;
  socket.leave(lobby);
  io_.to(lobby).emit("left", named(*name));
  io_.to(lobby).emit("users", room_.names());
}

void Chat::settle(Socket& socket, const Joined& joined) {
  if (joined.replaced_id) replace(*joined.replaced_id);
  socket.join(lobby);
  if (joined.former_name) socket.to(lobby).emit("left", named(*joined.former_name));
  if (!joined.was_here) socket.to(lobby).emit("joined", named(joined.name));
  socket.to(lobby).emit("users", room_.names());
}

void Chat::replace(const std::string& id) {
  io_.in(id).sockets_leave(lobby);
  io_.in(id).emit("replaced");
  io_.in(id).disconnect_sockets();
}

}  // namespace showcase
