// SPDX-License-Identifier: MIT
// Plain Engine.IO: says hello to examples/server/engine.cpp and leaves.
#include <socketio/engine_client.hpp>

#include <iostream>

namespace engine = socketio::engine;

int main() {
  engine::Client client{"http://localhost:3000"};

  client.on_open([&] { client.send("hello"); });
  client.on_message([&](engine::Message message) {
    std::cout << message.data << '\n';
    client.stop();
  });
  client.on_close([&](socketio::DisconnectReason, const socketio::ConnectionError& cause) {
    if (!cause.message.empty()) std::cerr << cause.message << '\n';
    client.stop();
  });

  client.run();
}
