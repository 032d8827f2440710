// SPDX-License-Identifier: MIT
// Several servers that are one for their clients, over an adapter of the application's own
// (unix_socket_bus.hpp). Start it twice, with different ports and the same folder.
#include "../unix_socket_bus.hpp"

#include <socketio/server.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using socketio::Ack;
using socketio::Socket;

int main(int argc, char** argv) {
  const std::filesystem::path folder =
      argc > 2 ? argv[2] : std::filesystem::temp_directory_path() / "socketio-example";
  std::filesystem::create_directories(folder);
  const auto make_bus = [folder](socketio::ClusterBus::Receiver receiver) {
    return std::make_unique<UnixSocketBus>(folder, std::move(receiver));
  };
  socketio::Server io({.adapter = socketio::cluster_adapter(
                           make_bus, {.heartbeat_interval = 500ms, .heartbeat_timeout = 3s})});

  io.on("join", [](Socket& socket, std::string room) {
    socket.join(room);
    return true;
  });
  io.on("say", [](Socket& socket, std::string room, std::string text) {
    socket.to(room).emit("said", text);
  });
  // Whoever is in the room is asked, and counted, at whatever server.
  io.on("ask", [&io](Socket&, std::string room, Ack<std::vector<std::string>> done) {
    io.to(room).emit_with_ack<std::string>("who are you?").then([done](const auto& replies) {
      done(replies.values());
    });
  });
  io.on("count", [&io](Socket&, std::string room, Ack<std::size_t> done) {
    io.in(room).fetch_sockets().then([done](const auto& sockets) { done(sockets.size()); });
  });

  // Servers among themselves.
  io.on("servers", [&io](Socket&, Ack<std::size_t> done) {
    io.server_count().then([done](std::size_t count) { done(count); });
  });
  io.on_server_side_emit("add", [](int a, int b) { return a + b; });
  io.on("ask-servers", [&io](Socket&, Ack<std::vector<int>> done) {
    io.server_side_emit_with_ack<int>("add", 20, 22).then([done](const auto& replies) {
      done(replies.values());
    });
  });

  io.stop_on_signals();
  const auto port = io.listen(static_cast<std::uint16_t>(argc > 1 ? std::stoi(argv[1]) : 3001));
  std::cout << "http://localhost:" << port << std::endl;
  io.run();
}
