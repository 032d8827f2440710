// SPDX-License-Identifier: MIT
// A parser of your own: packets as CBOR instead of JSON. Clients must use the same.
#include "../cbor_parser.hpp"

#include <socketio/server.hpp>

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

using socketio::Bytes;
using socketio::Socket;

int main(int argc, char** argv) {
  socketio::Server io{{.parser = std::make_shared<example::CborParser>()}};

  io.on("measure", [](Socket& socket, Bytes bytes) {
    socket.broadcast().emit("measured", bytes);
    return bytes.size();
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
