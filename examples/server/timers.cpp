// SPDX-License-Identifier: MIT
// Timers: what happens every second, later, or in the middle of a handler, all on the server's loop
// and so without a lock; and how another thread gets there.
#include <socketio/server.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using socketio::Socket;
using socketio::Task;
using socketio::Timer;

int main(int argc, char** argv) {
  socketio::Server io;

  // Keeps its phase: ten calls take one second, however busy the loop is.
  int ticks = 0;
  io.every(100ms, [&] { io.emit("tick", ++ticks); });

  // A reminder that its socket may take back.
  io.on_connection([&io](Socket socket) {
    const Timer reminder = io.after(30s, [socket] { socket.emit("are you there?"); });
    socket.on("here", [reminder] { reminder.cancel(); });
    socket.on_disconnect([reminder] { reminder.cancel(); });
  });

  // A handler that waits holds nobody up.
  io.on("countdown", [](Socket& socket, int from) -> Task<std::string> {
    for (int left = from; left > 0; --left) {
      socket.emit("left", left);
      co_await socketio::sleep_for(100ms);
    }
    co_return "lift-off";
  });

  // Work that takes long is done elsewhere; post() brings its result back.
  std::string answer = "not yet";
  io.on("answer", [&](Socket&) { return answer; });
  std::thread worker([&] { io.post([&] { answer = "42"; }); });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
  worker.join();
}
