// SPDX-License-Identifier: MIT
// Acknowledgements in both directions, with examples/server/acknowledgements.cpp.
#include <socketio/client.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
using socketio::json;
using socketio::Reply;

int main(int argc, char** argv) {
  socketio::Client client(argc > 1 ? argv[1] : "http://localhost:3001");
  const socketio::ClientSocket socket = client.socket();

  // The server asks: what these handlers return is the acknowledgement.
  socket.on("confirm", [](std::string what) { return what == "tea"; });
  socket.on("vote", [](std::string) { return "yes"; });

  // On a thread of its own, so that this one may wait for acknowledgements.
  client.start();

  const Reply<int> sum = socket.timeout(5s).emit_with_ack<int>("add", 20, 22).future().get();
  // Throws if there is no acknowledgement.
  std::cout << "20 + 22 = " << sum.value() << std::endl;

  for (const std::string what : {"tea", "coffee"}) {
    const Reply<json> order = socket.emit_with_ack("order", what).future().get();
    std::cout << order.value().dump() << std::endl;
  }
  const Reply<json> votes = socket.emit_with_ack("poll", "More tea?").future().get();
  std::cout << votes.value().dump() << std::endl;

  const Reply<json> nothing = socket.timeout(50ms).emit_with_ack("unknown").future().get();
  std::cout << nothing.error().message() << std::endl;

  // First sends what was emitted.
  client.stop();
  client.join();
}
