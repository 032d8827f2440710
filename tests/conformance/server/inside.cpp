// SPDX-License-Identifier: MIT
#include "inside.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

namespace {

using socketio::Close;
using socketio::json;
using socketio::MiddlewareError;
using socketio::Next;
using socketio::Socket;

using Words = std::vector<std::string>;

/// `words` are those after the step's name.
using Step = std::function<void(Socket& socket, const Words& words, const Next& next)>;

/// "own" means the room with the socket's id.
std::string room(const Socket& socket, const std::string& name) {
  return name == "own" ? socket.id() : name;
}

void note(Socket& socket, const json& what) {
  json& notes = socket.data()["value"];
  notes.push_back(what);
}

void note_state(Socket& socket) {
  std::vector<std::string> rooms = socket.rooms();
  std::replace(rooms.begin(), rooms.end(), socket.id(), std::string("own"));
  std::sort(rooms.begin(), rooms.end());
  note(socket, {{"connected", socket.connected()}, {"rooms", rooms}});
}

void ask(const Socket& socket, const std::string& event) {
  socket.emit_with_ack(event).then([socket](const socketio::Reply<json>& reply) {
    if (reply) socket.emit("answered", *reply);
  });
}

const std::map<std::string, Step>& steps() {
  static const std::map<std::string, Step> known{
      {"emit", [](Socket& s, const Words& w, const Next&) { s.emit(w.at(0), w.at(1)); }},
      {"volatile", [](Socket& s, const Words& w, const Next&) { s.volatile_().emit(w.at(0)); }},
      {"ask", [](Socket& s, const Words& w, const Next&) { ask(s, w.at(0)); }},
      {"watch",
       [](Socket& s, const Words&, const Next&) {
         s.on_any_outgoing([](Socket& self, std::string_view event) { note(self, event); });
       }},
      {"listen", [](Socket& s, const Words& w,
                    const Next&) { s.on(w.at(0), [](Socket& self) { self.emit("heard"); }); }},
      {"note", [](Socket& s, const Words&, const Next&) { note_state(s); }},
      {"join", [](Socket& s, const Words& w, const Next&) { s.join(room(s, w.at(0))); }},
      {"leave", [](Socket& s, const Words& w, const Next&) { s.leave(room(s, w.at(0))); }},
      {"all", [](Socket& s, const Words& w, const Next&) { s.nsp().emit(w.at(0)); }},
      {"in-room",
       [](Socket& s, const Words& w, const Next&) { s.nsp().in(room(s, w.at(0))).emit(w.at(1)); }},
      {"to-room",
       [](Socket& s, const Words& w, const Next&) { s.to(room(s, w.at(0))).emit(w.at(1)); }},
      {"broadcast", [](Socket& s, const Words& w, const Next&) { s.broadcast().emit(w.at(0)); }},
      {"sockets-join",
       [](Socket& s, const Words& w, const Next&) {
         s.nsp().in(room(s, w.at(0))).sockets_join(room(s, w.at(1)));
       }},
      {"disconnect", [](Socket& s, const Words&, const Next&) { s.disconnect(); }},
      {"disconnect-hard",
       [](Socket& s, const Words&, const Next&) { s.disconnect(Close::connection); }},
      {"next", [](Socket&, const Words&, const Next& next) { next(); }},
      {"refuse", [](Socket&, const Words& w, const Next& next) { next(MiddlewareError{w.at(0)}); }},
  };
  return known;
}

}  // namespace

void take_steps(Socket& socket, const Next& next) {
  for (const json& step : socket.handshake().auth.value("steps", json::array())) {
    auto words = step.get<Words>();
    const std::string name = words.front();
    words.erase(words.begin());
    steps().at(name)(socket, words, next);
  }
  // Only the first call counts.
  next();
}

}  // namespace conformance
