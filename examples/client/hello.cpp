// SPDX-License-Identifier: MIT
// The smallest client: `example_client_hello [url]`, with examples/server/hello.cpp.
#include <socketio/client.hpp>

#include <iostream>
#include <string>

int main(int argc, char** argv) {
  socketio::Client client(argc > 1 ? argv[1] : "http://localhost:3001");
  const socketio::ClientSocket socket = client.socket();

  // Events may be emitted before there is a connection: they are sent once there is one.
  socket.emit("hello", "Ada");

  socket.on("welcome", [&client](std::string text) {
    std::cout << text << std::endl;
    client.stop();
  });
  socket.on_connect_error([](const socketio::ConnectionError& error) {
    std::cerr << error.message << ", trying again" << std::endl;
  });

  client.run();  // until stop()
}
