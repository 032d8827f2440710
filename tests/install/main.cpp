// SPDX-License-Identifier: MIT
#include <socketio/server.hpp>

#include <iostream>

int main() {
  socketio::Server io;
  io.on("add", [](socketio::Socket&, int a, int b) { return a + b; });
  const auto port = io.listen("127.0.0.1", 0);
  std::cout << "listening on " << port << '\n';
  io.close();
  return port == 0 ? 1 : 0;
}
