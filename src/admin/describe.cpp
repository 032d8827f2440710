// SPDX-License-Identifier: MIT
#include "admin/describe.hpp"

#include "core/server/namespace_state.hpp"

#include <string>

namespace socketio::admin {

namespace {

/// As much of the session's id, which is a secret, as tells clients apart.
constexpr std::size_t shown_of_client_id = 12;

std::string address_of(const Handshake& handshake) {
  for (const char* const header : {"cf-connecting-ip", "x-forwarded-for"}) {
    const auto found = handshake.headers.find(header);
    if (found != handshake.headers.end() && !found->second.empty()) return found->second;
  }
  return handshake.address;
}

}  // namespace

json describe(core::SocketState& socket) {
  const Handshake handshake = socket.make_handshake();
  json shown = handshake;
  shown.erase("auth");
  shown["address"] = address_of(handshake);
  const engine::Session& session = socket.session();
  return {{"id", socket.id()},
          {"clientId", session.id().substr(0, shown_of_client_id)},
          {"transport", engine::to_string(session.transport_name())},
          {"nsp", socket.nsp().name()},
          {"data", data_of(socket)},
          {"handshake", std::move(shown)},
          {"rooms", socket.rooms()}};
}

json data_of(const core::SocketState& socket) {
  const json* const data = socket.json_data();
  return data ? *data : json::object();
}

}  // namespace socketio::admin
