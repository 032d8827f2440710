// SPDX-License-Identifier: MIT
// Plain Engine.IO, without Socket.IO: a connection that falls back to HTTP, and messages.
#include <socketio/engine_server.hpp>

#include <iostream>

namespace engine = socketio::engine;

int main() {
  engine::Server server;

  server.on_connection([](engine::Socket socket) {
    std::cout << "open over " << socket.transport() << '\n';
    socket.on_upgrade([](std::string_view transport) { std::cout << "now " << transport << '\n'; });
    socket.on_message(
        [](engine::Socket& sender, engine::Message message) { sender.send(message); });
    socket.on_close([](socketio::DisconnectReason why) { std::cout << to_string(why) << '\n'; });
  });

  server.stop_on_signals();
  server.listen(3000);
  server.run();
}
