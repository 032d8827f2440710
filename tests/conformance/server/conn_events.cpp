// SPDX-License-Identifier: MIT
#include "conn_events.hpp"

#include <string_view>

namespace conformance {

using socketio::DisconnectReason;
using socketio::json;
using socketio::engine::PacketView;

void ConnEvents::watch(const socketio::Socket& socket, const Log& log) {
  const auto note_packet = [log](const char* what, const PacketView& packet) {
    log->push_back({what, packet.type, packet.is_binary ? json() : json(packet.data)});
  };
  const auto conn = socket.conn();
  conn.on_packet([note_packet](PacketView packet) { note_packet("packet", packet); });
  conn.on_packet_create([note_packet](PacketView packet) { note_packet("packetCreate", packet); });
  conn.on_upgrade([log](std::string_view transport) { log->push_back({"upgrade", transport}); });
  conn.on_drain([log] { log->push_back({"drain"}); });
  conn.on_close([log](DisconnectReason reason) {
    log->push_back({"close", socketio::to_string(reason)});
  });
}

void ConnEvents::record(socketio::Namespace nsp) {
  nsp.on_connection([this](const socketio::Socket& socket) {
    const auto log = std::make_shared<json>(json::array());
    logs_[socket.id()] = log;
    watch(socket, log);
  });
  nsp.on("conn-events", [this](const std::string& id) {
    const auto found = logs_.find(id);
    return found == logs_.end() ? json::array() : *found->second;
  });
  nsp.on("request", [](const socketio::Socket& socket) {
    const auto request = socket.request();
    return json{{"method", request.method},
                {"url", request.target},
                {"custom", request.header("x-custom")},
                {"ownId", socket.conn().id() != socket.id()}};
  });
}

}  // namespace conformance
