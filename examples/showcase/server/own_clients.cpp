// SPDX-License-Identifier: MIT
#include "own_clients.hpp"

#include <random>
#include <utility>

namespace showcase {

OwnClients::OwnClients(socketio::Namespace nsp) : nsp_(std::move(nsp)), room_("server:") {
  std::random_device random;
  room_ += std::to_string(random()) + std::to_string(random());
  nsp_.on_connection([room = room_](socketio::Socket socket) { socket.join(room); });
}

}  // namespace showcase
