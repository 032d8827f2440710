// SPDX-License-Identifier: MIT
// Authentication: what a client sends as `auth`, and what happens if the server refuses it,
// with examples/server/middleware.cpp.
#include <socketio/client.hpp>

#include <iostream>
#include <string>

using socketio::json;

int main(int argc, char** argv) {
  socketio::Client client(argc > 1 ? argv[1] : "http://localhost:3001",
                          {.auth = json{{"token", "guess"}}});
  const socketio::ClientSocket socket = client.socket();

  // After a refusal the socket stays disconnected until connect(), here with another token.
  socket.on_connect_error([socket](const socketio::ConnectionError& refused) {
    std::cout << refused.message << ' ' << refused.data.dump() << std::endl;
    socket.set_auth(json{{"token", "secret"}, {"user", "Ada"}});
    socket.connect();
  });
  socket.on_connect([socket] {
    socket.emit_with_ack<std::string>("who").then([socket](const auto& user) {
      std::cout << "known as " << *user << std::endl;
      socket.emit("delete", "everything");
    });
  });
  socket.on("refused", [&client](std::string why) {
    std::cout << "refused: " << why << std::endl;
    client.stop();
  });
  client.run();
}
