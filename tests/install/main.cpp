// SPDX-License-Identifier: MIT
#include <socketio/admin_ui.hpp>
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <iostream>
#include <string>
#include <thread>

int main() {
  socketio::Server io;
  socketio::instrument(io, {.auth = socketio::AdminAuth::none()});
  io.on("add", [](socketio::Socket&, int a, int b) { return a + b; });
  const auto port = io.listen("127.0.0.1", 0);
  std::thread serves([&io] { io.run(); });

  socketio::Client client("http://127.0.0.1:" + std::to_string(port));
  client.start();
  const auto sum = client.socket().emit_with_ack<int>("add", 20, 22).future().get();
  std::cout << "20 + 22 = " << *sum << '\n';
  client.stop();
  io.close();
  serves.join();
  return *sum == 42 ? 0 : 1;
}
