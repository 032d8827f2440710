// SPDX-License-Identifier: MIT
// Coroutines: a handler that returns a Task may wait in the middle, and its co_return is the
// acknowledgement. It continues on the socket's loop, where it was, without a lock.
#include <socketio/server.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
using socketio::Reply;
using socketio::Socket;
using socketio::Task;

/// Part of what a handler does may be a coroutine of its own.
Task<std::string> ask_for_colour(Socket socket) {
  const Reply<std::string> colour =
      co_await socket.timeout(1s).emit_with_ack<std::string>("which colour?");
  co_return colour.value_or("black");
}

int main(int argc, char** argv) {
  socketio::Server io;

  // Parameters of a coroutine own what they hold: a std::string, not a std::string_view.
  io.on("order", [&io](Socket& socket, std::string item) -> Task<std::string> {
    const std::string colour = co_await ask_for_colour(socket);
    // If the client does not answer, value() throws. The exception reaches on_handler_error, and no
    // acknowledgement is sent.
    const int count = (co_await socket.timeout(1s).emit_with_ack<int>("how many?")).value();
    const auto others = co_await io.fetch_sockets();
    co_return std::to_string(count) + ' ' + colour + ' ' + item + ", for one of " +
        std::to_string(others.size());
  });
  io.on_handler_error([](Socket&, const socketio::HandlerError& error) {
    std::cerr << error.event << ": " << error.message << std::endl;
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
