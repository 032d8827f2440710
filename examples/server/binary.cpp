// SPDX-License-Identifier: MIT
// Binary data: Bytes are sent unchanged, alone or inside other values. A JavaScript client receives
// them as Buffer or ArrayBuffer.
#include <socketio/server.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <string>

using socketio::Bytes;
using socketio::json;
using socketio::Socket;

int main(int argc, char** argv) {
  socketio::Server io{// The limit for one message; 1 MB by default.
                      {.max_payload_bytes = 10'000'000}};
  std::map<std::string, Bytes> files;

  io.on("upload", [&](Socket& socket, std::string name, Bytes content) {
    const auto size = content.size();
    files[name] = std::move(content);
    socket.broadcast().emit("uploaded", name, size);
    return size;
  });

  // Inside a json value, binary data is a json::binary_t.
  io.on("download", [&](Socket&, std::string name) {
    const auto found = files.find(name);
    if (found == files.end()) return json{{"error", "no such file"}};
    return json{{"name", name}, {"content", json::binary(found->second)}};
  });

  io.on("reverse", [](Socket&, Bytes bytes) {
    std::reverse(bytes.begin(), bytes.end());
    return bytes;
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
