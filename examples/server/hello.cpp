// SPDX-License-Identifier: MIT
// The smallest server: one event in, one event back. `example_server_hello [port]`; talk to it with
// examples/client/hello.cpp, with a page that loads socket.io-client, or with `sio connect`.
#include <socketio/server.hpp>

#include <cstdint>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  socketio::Server io;

  io.on_connection([](socketio::Socket socket) {
    std::cout << socket.id() << " has connected" << std::endl;

    // The parameter's type says what the event contains. An event that does not fit is reported to
    // on_handler_error below and does no harm.
    socket.on("hello", [socket](std::string name) { socket.emit("welcome", "Hello, " + name); });

    socket.on_disconnect([id = socket.id()](socketio::DisconnectReason why) {
      std::cout << id << " has gone: " << to_string(why) << std::endl;
    });
  });

  io.on_handler_error([](socketio::Socket&, const socketio::HandlerError& error) {
    std::cerr << error.event << ": " << error.message << std::endl;
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
