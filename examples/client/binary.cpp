// SPDX-License-Identifier: MIT
// Sends bytes to a server and gets them back, alone and inside a value,
// with examples/server/binary.cpp.
#include <socketio/client.hpp>

#include <iostream>
#include <string>

using socketio::Bytes;
using socketio::json;

int main(int argc, char** argv) {
  socketio::Client client(argc > 1 ? argv[1] : "http://localhost:3001");
  const socketio::ClientSocket socket = client.socket();
  client.start();

  const auto size =
      socket.emit_with_ack<std::size_t>("upload", "zeros", Bytes(100'000, 0)).future().get();
  std::cout << "uploaded " << size.value() << " bytes" << std::endl;

  const json file = socket.emit_with_ack("download", "zeros").future().get().value();
  std::cout << file.at("name") << ": " << file.at("content").get_binary().size() << " bytes"
            << std::endl;

  const auto reversed = socket.emit_with_ack<Bytes>("reverse", Bytes{'a', 'b', 'c'}).future().get();
  std::cout << std::string(reversed->begin(), reversed->end()) << std::endl;

  client.stop();
  client.join();
}
