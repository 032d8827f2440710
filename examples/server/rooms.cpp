// SPDX-License-Identifier: MIT
// Rooms: sockets join and leave them, and what is emitted to a room reaches its members. The
// handlers are registered once for all sockets, without a closure for each connection.
#include <socketio/server.hpp>

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

using socketio::json;
using socketio::Socket;

int main(int argc, char** argv) {
  socketio::Server io;

  io.on("join-room", [](Socket& socket, std::string room) {
    socket.join(room);
    // To the other members.
    socket.to(room).emit("joined", socket.id());
  });
  io.on("leave-room", [](Socket& socket, std::string room) {
    socket.leave(room);
    socket.to(room).emit("left", socket.id());
  });
  io.on("room-message", [&io](Socket& socket, std::string room, std::string message) {
    io.to(room).emit("room-message", json{{"sender", socket.id()}, {"message", message}});
  });

  // The members are known only later (in a cluster, other servers are asked), so the
  // acknowledgement is sent later, too.
  io.on("members", [&io](Socket&, std::string room, socketio::Ack<std::vector<std::string>> done) {
    io.in(room).fetch_sockets().then([done](std::vector<socketio::RemoteSocket> sockets) {
      std::vector<std::string> ids;
      for (const auto& socket : sockets) ids.push_back(socket.id);
      done(ids);
    });
  });

  // The socket is still in its rooms here; it leaves them after these handlers.
  io.on_disconnecting([](Socket& socket) {
    for (const std::string& room : socket.rooms()) socket.to(room).emit("left", socket.id());
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
