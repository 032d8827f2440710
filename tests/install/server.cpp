// SPDX-License-Identifier: MIT
#include <socketio/server.hpp>

int main() {
  socketio::Server io;
  io.on("add", [](socketio::Socket&, int a, int b) { return a + b; });
  return io.listen("127.0.0.1", 0) == 0 ? 1 : 0;
}
