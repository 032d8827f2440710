// SPDX-License-Identifier: MIT
// Namespaces: parts of an application with their own middlewares, handlers and rooms, over
// one connection.
#include <socketio/server.hpp>

#include <cstdint>
#include <iostream>
#include <regex>
#include <string>

using socketio::Socket;

int main(int argc, char** argv) {
  socketio::Server io;

  io.on("where", [](Socket& socket) { return socket.nsp().name(); });  // "/", the main one

  socketio::Namespace admin = io.of("/admin");
  admin.use([](Socket& socket, socketio::Next next) {
    if (socket.handshake().auth.value("password", "") == "1234") return next();
    next(socketio::MiddlewareError{"Wrong password"});
  });
  admin.on("announce", [&io](Socket&, std::string text) { io.emit("announcement", text); });

  // Every name that matches completely is a namespace, created when the first client asks for it.
  socketio::Namespace documents = io.of(std::regex("/document-[0-9]+"));
  documents.on("edit", [](Socket& socket, std::string text) {
    socket.nsp().except(socket.id()).emit("edited", text);
    return socket.nsp().name();
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
