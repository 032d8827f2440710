// SPDX-License-Identifier: MIT
// The showcase's chat from a terminal: `./dev run` in one, `example_client_chat alice` in another.
// What you type is sent; the client runs on a thread of its own while this one reads the keyboard.
#include <socketio/client.hpp>

#include <iostream>
#include <string>

using socketio::json;

struct Message {
  std::string username, message;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Message, username, message)

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "guest";
  const std::string url = argc > 2 ? argv[2] : "http://localhost:3001";

  socketio::Client client(url);
  const socketio::ClientSocket socket = client.socket();

  // At every connection, because after a reconnection the server has to be told the name again.
  socket.on_connect([&] {
    socket.emit_with_ack("join", name).then([](const socketio::Reply<json>& reply) {
      if (!reply) {
        std::cout << "* no answer: " << reply.error().message() << std::endl;
      } else if (!reply->value("ok", false)) {
        std::cout << "* refused: " << reply->value("error", "") << std::endl;
      } else {
        std::cout << "* online: " << reply->at("users").dump() << std::endl;
      }
    });
  });
  socket.on_connect_error([](const socketio::ConnectionError& error) {
    std::cout << "* no connection: " << error.message << ' ' << error.details << std::endl;
  });
  socket.on_disconnect([](socketio::DisconnectReason why) {
    std::cout << "* disconnected: " << to_string(why) << std::endl;
  });
  socket.on("chat-message", [&](Message said) {
    if (said.username != name) std::cout << said.username << ": " << said.message << std::endl;
  });

  client.start();
  for (std::string line; std::getline(std::cin, line);) socket.emit("chat-message", line);
}
