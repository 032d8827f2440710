// SPDX-License-Identifier: MIT
// A parser of your own: packets as CBOR instead of JSON. The server must use the same.
#include "../cbor_parser.hpp"

#include <socketio/client.hpp>

#include <cstddef>
#include <iostream>
#include <memory>

using socketio::Bytes;
using socketio::ClientSocket;

int main(int argc, char** argv) {
  socketio::Client client(argc > 1 ? argv[1] : "http://localhost:3001",
                          {.parser = std::make_shared<example::CborParser>()});
  const ClientSocket socket = client.socket();
  client.start();
  const auto size = socket.emit_with_ack<std::size_t>("measure", Bytes{1, 2, 3}).future().get();
  std::cout << size.value() << " bytes" << std::endl;
  client.stop();
  client.join();
}
