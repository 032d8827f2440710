// SPDX-License-Identifier: MIT
// Two members of a room, each with a connection of its own, with examples/server/rooms.cpp. Both
// clients run on this thread, so their handlers need no lock.
#include <socketio/client.hpp>

#include <iostream>
#include <string>
#include <vector>

using socketio::json;

int main(int argc, char** argv) {
  const std::string url = argc > 1 ? argv[1] : "http://localhost:3001";
  socketio::Client ada(url), bob(url);
  bool heard = false;

  // Ada waits in the room. Bob joins when she is there, and speaks.
  ada.socket().on_connect([&] {
    ada.socket().emit("join-room", "tea");
    ada.socket()
        .emit_with_ack<std::vector<std::string>>("members", "tea")
        .then([&](const auto& members) {
          std::cout << members->size() << " in the room" << std::endl;
          bob.socket().emit("join-room", "tea");
          bob.socket().emit("room-message", "tea", "Milk or sugar?");
        });
  });
  ada.socket().on("joined", [](std::string) { std::cout << "somebody has joined" << std::endl; });
  ada.socket().on("room-message", [&](json message) {
    std::cout << message.value("message", "") << std::endl;
    bob.socket().disconnect();
  });
  ada.socket().on("left", [&](std::string) {
    std::cout << "somebody has left" << std::endl;
    heard = true;
  });

  while (!heard) {
    ada.poll();
    bob.poll();
  }
}
