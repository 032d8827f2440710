// SPDX-License-Identifier: MIT
#include "disconnects.hpp"

#include <algorithm>
#include <cstddef>

namespace conformance {

namespace {

constexpr std::size_t remembered_sockets = 1000;

}  // namespace

using socketio::DisconnectReason;
using socketio::json;
using socketio::Socket;

void Disconnects::record(socketio::Namespace& nsp) {
  nsp.on_disconnecting([this](const Socket& socket, DisconnectReason reason) {
    add(socket, "disconnecting", reason);
  });
  nsp.on_disconnect(
      [this](const Socket& socket, DisconnectReason reason) { add(socket, "disconnect", reason); });
}

json Disconnects::of(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(id);
  return found == seen_.end() ? json::array() : found->second;
}

void Disconnects::add(const Socket& socket, std::string_view event, DisconnectReason reason) {
  auto rooms = socket.rooms();
  std::sort(rooms.begin(), rooms.end());
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = seen_.try_emplace(socket.id(), json::array());
  entry->second.push_back(
      {{"event", event}, {"reason", socketio::to_string(reason)}, {"rooms", rooms}});
  if (!is_new) return;
  ids_.push_back(socket.id());
  if (ids_.size() <= remembered_sockets) return;
  seen_.erase(ids_.front());
  ids_.pop_front();
}

}  // namespace conformance
