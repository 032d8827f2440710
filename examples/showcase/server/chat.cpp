// SPDX-License-Identifier: MIT
#include "chat.hpp"

#include "auth.hpp"
#include "clock.hpp"
#include "refusal.hpp"

#include <iostream>
#include <map>
#include <utility>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;
using socketio::Task;

/// Everybody who has joined; a socket that is merely connected hears nothing.
constexpr const char* lobby = "chat:lobby";

/// The tab's secret, if the client gave one of a sensible shape.
std::string session_of(const Socket& socket) {
  constexpr std::size_t longest = 128;
  const std::string text = auth_text(socket, "session");
  return text.size() <= longest ? text : std::string();
}

/// Somebody who has joined, at whatever server.
struct Member {
  std::string id, name, session;
};

std::vector<Member> members_of(const socketio::FetchedSockets& sockets) {
  std::vector<Member> members;
  for (const auto& socket : sockets) {
    const auto chat = socket.data.find("chat");
    if (chat == socket.data.end() || !chat->is_object()) continue;
    const auto text = [&chat](const char* name) {
      const auto found = chat->find(name);
      return found != chat->end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    members.push_back({socket.id, text("name"), text("session")});
  }
  return members;
}

/// Another connection that has the name.
const Member* find_holder(const std::vector<Member>& members, const Visitor& visitor,
                          std::string_view name) {
  const std::string key = ChatRoom::key_of(name);
  for (const Member& member : members) {
    if (member.id != visitor.id && ChatRoom::key_of(member.name) == key) return &member;
  }
  return nullptr;
}

/// Another server's room does not know whom a newcomer replaces.
void add_replaced(Joined& joined, const Member& holder) {
  if (joined.replaced_id) return;
  joined.replaced_id = holder.id;
  joined.was_here = holder.name == joined.name;
  if (!joined.was_here && !joined.former_name) joined.former_name = holder.name;
}

}  // namespace

Chat::Chat(socketio::Server& io, Database& database) : io_(io), history_(database) {
  io.on("join", [this](Socket socket, std::string name) {
    return on_join(std::move(socket), std::move(name));
  });
  io.on("chat-message",
        [this](Socket& socket, std::string_view text) { return on_message(socket, text); });
  io.on("typing", [this](Socket& socket) { on_typing(socket, "user-typing"); });
  io.on("stop-typing", [this](Socket& socket) { on_typing(socket, "user-stop-typing"); });
  io.on("leave", [this](Socket socket) { return on_leave(std::move(socket)); });
  io.on_disconnect([this](Socket socket) { return on_leave(std::move(socket)); });
  io.on_server_side_emit("chat-replaced", [this](const std::string& id) { take_out(id); });
}

/// Two who ask two servers for one name at the same moment both get it.
Task<json> Chat::on_join(Socket socket, std::string name) {
  if (auto refusal = refused_for_haste(socket)) co_return *refusal;
  const Visitor visitor{socket.id(), session_of(socket)};
  const auto members = members_of(co_await io_.in(lobby).fetch_sockets());
  if (!socket.connected()) co_return json();
  const Member* holder = find_holder(members, visitor, name);
  if (holder && (visitor.session.empty() || holder->session != visitor.session))
    co_return refused(socket, to_string(Refusal::name_taken));
  auto result = enter(visitor, name);
  if (const auto* refusal = std::get_if<Refusal>(&result))
    co_return refused(socket, to_string(*refusal));
  auto& joined = std::get<Joined>(result);
  if (holder) add_replaced(joined, *holder);
  if (joined.replaced_id) replace(*joined.replaced_id);
  socket.data()["chat"] = {{"name", joined.name}, {"session", visitor.session}};
  socket.join(lobby);
  const json users = co_await everybody();
  // They may have gone, or asked again, while other servers answered.
  if (name_of(socket) != joined.name) co_return json();
  announce(socket, joined, users);
  json messages = history();
  co_return json{
      {"ok", true}, {"username", joined.name}, {"users", users}, {"history", std::move(messages)}};
}

json Chat::on_message(Socket& socket, std::string_view text) {
  auto result = check_message(socket, text);
  if (const auto* refusal = std::get_if<Refusal>(&result))
    return refused(socket, to_string(*refusal));
  ChatMessage message{.id = 0,
                      .username = name_of(socket).value_or(""),
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
  if (const auto name = name_of(socket)) socket.to(lobby).emit(event, *name);
}

Task<> Chat::on_leave(Socket socket) {
  const auto name = take_out(socket.id());
  if (!name) co_return;
  socket.leave(lobby);
  socket.data().erase("chat");
  const json users = co_await everybody();
  io_.to(lobby).emit("user-left", json{{"username", *name}, {"users", users}});
}

/// In alphabetical order.
Task<std::vector<std::string>> Chat::everybody() {
  const auto members = members_of(co_await io_.in(lobby).fetch_sockets());
  std::map<std::string, std::string> by_key;
  for (const Member& member : members) by_key.emplace(ChatRoom::key_of(member.name), member.name);
  std::vector<std::string> names;
  names.reserve(by_key.size());
  for (auto& [key, name] : by_key) names.push_back(std::move(name));
  co_return names;
}

/// An older connection of the same person, at whatever server.
void Chat::replace(const std::string& id) {
  io_.server_side_emit("chat-replaced", id);
  io_.in(id).sockets_leave(lobby);
  io_.in(id).emit("replaced");
}

void Chat::announce(const Socket& socket, const Joined& joined, const json& users) {
  if (joined.former_name)
    socket.to(lobby).emit("user-left", json{{"username", *joined.former_name}, {"users", users}});
  const json arrival{{"username", joined.name}, {"users", users}};
  socket.emit("user-joined", arrival);
  if (!joined.was_here) socket.to(lobby).emit("user-joined", arrival);
}

std::variant<Joined, Refusal> Chat::enter(const Visitor& visitor, std::string_view name) {
  const std::lock_guard lock(mutex_);
  return room_.join(visitor, name);
}

std::optional<std::string> Chat::take_out(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return room_.leave(id);
}

std::optional<std::string> Chat::name_of(const Socket& socket) {
  const std::lock_guard lock(mutex_);
  return room_.name_of(socket.id());
}

std::variant<std::string, Refusal> Chat::check_message(const Socket& socket,
                                                       std::string_view text) {
  const std::lock_guard lock(mutex_);
  return room_.check_message(socket.id(), text);
}

std::vector<ChatMessage> Chat::history() {
  try {
    return history_.latest(history_shown);
  } catch (const DatabaseError& error) {
    std::cerr << error.what() << '\n';
    return {};
  }
}

void Chat::forget_old_messages() {
  try {
    history_.forget_old();
  } catch (const DatabaseError& error) {
    std::cerr << error.what() << '\n';  // nobody's message is lost, and the next one tries again
  }
}

}  // namespace showcase
