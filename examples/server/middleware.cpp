// SPDX-License-Identifier: MIT
// Middlewares: one decides who may connect, another sees every event of a socket before its
// handlers do.
#include <socketio/server.hpp>

#include <cstdint>
#include <iostream>
#include <string>

using socketio::json;
using socketio::MiddlewareError;

int main(int argc, char** argv) {
  socketio::Server io;

  // `auth` is what the client sent: io(url, { auth: { token: "…" } }). Next may be called later,
  // from any thread, for example when a database has answered.
  io.use([](socketio::Socket& socket, socketio::Next next) {
    const json auth = socket.handshake().auth;
    if (auth.value("token", "") != "secret") {
      return next(MiddlewareError{"Authentication required", json{{"code", 401}}});
    }
    socket.data()["user"] = auth.value("user", "somebody");
    next();
  });

  io.on_connection([](socketio::Socket socket) {
    // An event that a middleware refuses reaches no handler; on_error is called instead.
    socket.use([](socketio::Event& event, socketio::Next next) {
      if (event.name == "delete") return next(MiddlewareError{"not allowed"});
      next();
    });
    socket.on_error(
        [socket](const MiddlewareError& refused) { socket.emit("refused", refused.message); });
    socket.on("delete", [](std::string) { return "deleted"; });
    socket.on("who", [socket]() mutable { return socket.data()["user"]; });
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
