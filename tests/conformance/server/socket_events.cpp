// SPDX-License-Identifier: MIT
#include "events.hpp"
#include "room_list.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace conformance {

using socketio::Ack;
using socketio::Close;
using socketio::Handshake;
using socketio::json;
using socketio::Namespace;
using socketio::RemoteSocket;
using socketio::Socket;

namespace {

json details(const RemoteSocket& socket) {
  auto rooms = socket.rooms;
  std::sort(rooms.begin(), rooms.end());
  const json data = socket.data.is_null() ? json::object() : socket.data;
  return {{"id", socket.id}, {"rooms", rooms}, {"data", data}, {"auth", socket.handshake.auth}};
}

std::vector<std::string> sorted_ids(const std::vector<RemoteSocket>& sockets) {
  std::vector<std::string> ids;
  for (const RemoteSocket& socket : sockets) ids.push_back(socket.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

json sorted_details(std::vector<RemoteSocket> sockets) {
  std::sort(sockets.begin(), sockets.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  json list = json::array();
  for (const RemoteSocket& socket : sockets) list.push_back(details(socket));
  return list;
}

void add_fetching(Namespace& nsp) {
  using Ids = std::vector<std::string>;
  nsp.on("fetch", [](const Socket& socket, const RoomList& rooms, const Ack<Ids>& ack) {
    socket.nsp().in(rooms.names).fetch_sockets().then([ack](const auto& found) {
      ack(sorted_ids(found));
    });
  });
  nsp.on("fetch-all", [](Socket socket) -> socketio::Task<Ids> {
    co_return sorted_ids(co_await socket.nsp().fetch_sockets());
  });
  nsp.on("fetch-details", [](Socket socket, RoomList rooms) -> socketio::Task<json> {
    co_return sorted_details(co_await socket.nsp().in(rooms.names).fetch_sockets());
  });
}

}  // namespace

void add_socket_events(Namespace& nsp) {
  nsp.on("kick", [](const Socket& socket) { socket.disconnect(); });
  nsp.on("kick-hard", [](const Socket& socket) { socket.disconnect(Close::connection); });
  nsp.on("set-data", [](Socket& socket, const json& value, const Ack<>& ack) {
    socket.data()["value"] = value;
    ack();
  });
  nsp.on("get-data", [](Socket& socket) {
    const json& data = socket.data();
    return data.is_object() ? data.value("value", json()) : json();
  });
  nsp.on("connection", [](const Socket& socket) {
    return json{{"transport", socket.transport()}, {"address", socket.remote_address()}};
  });
  nsp.on("handshake", [](const Socket& socket) { return json(socket.handshake()); });
}

void add_administration_events(Namespace& nsp) {
  add_fetching(nsp);
  nsp.on("sockets-join",
         [](const Socket& socket, const std::string& room, const std::string& other) {
           socket.nsp().in(room).sockets_join(other);
         });
  nsp.on("sockets-leave",
         [](const Socket& socket, const std::string& room, const std::string& other) {
           socket.nsp().in(room).sockets_leave(other);
         });
  nsp.on("disconnect-room", [](const Socket& socket, const std::string& room, bool close) {
    socket.nsp().in(room).disconnect_sockets(close ? Close::connection : Close::socket);
  });
}

}  // namespace conformance
