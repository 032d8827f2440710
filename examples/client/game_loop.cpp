// SPDX-License-Identifier: MIT
// A client in somebody else's loop: a game draws 60 frames a second and gives the network what is
// left of each. There is no thread and no lock: handlers run inside poll(). The server is here as
// well, on a thread of its own.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Plays for two seconds; returns how many of our moves came back.
int play(const std::string& url) {
  socketio::Client client(url, {.transports = {"websocket"}});
  const auto socket = client.socket();
  int seen = 0;
  socket.on("moved", [&](std::string, double, double) { ++seen; });

  for (int frame = 0; frame < 120; ++frame) {
    const auto next_frame = Clock::now() + 16ms;
    client.poll();
    if (socket.connected()) {
      // A new position replaces the old one, so a move may be lost but never waits in a queue.
      socket.volatile_().emit("move", frame * 0.5, frame * 0.25);
    }
    std::this_thread::sleep_until(next_frame);
  }
  return seen;
}

int main() {
  socketio::Server io;
  io.on("move", [&io](socketio::Socket& socket, double x, double y) {
    io.emit("moved", socket.id(), x, y);
    return true;
  });
  const auto port = io.listen("127.0.0.1", 0);
  std::thread server([&] { io.run(); });

  const int seen = play("http://127.0.0.1:" + std::to_string(port));
  std::cout << "moves seen by the server and sent back: " << seen << '\n';
  io.stop();
  server.join();
  return seen > 0 ? 0 : 1;
}
