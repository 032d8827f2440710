// SPDX-License-Identifier: MIT
// The client for examples/server/coroutines.cpp.
#include <socketio/client.hpp>

#include <iostream>
#include <string>

using socketio::Task;

int main(int argc, char** argv) {
  socketio::Client client(argc > 1 ? argv[1] : "http://localhost:3001");
  const socketio::ClientSocket socket = client.socket();

  socket.on("which colour?", [] { return "green"; });
  socket.on("how many?", [] { return 3; });
  socket.on_connect([&client, socket]() -> Task<> {
    const auto order = co_await socket.emit_with_ack<std::string>("order", "apples");
    std::cout << *order << std::endl;
    client.stop();
  });
  client.run();
}
