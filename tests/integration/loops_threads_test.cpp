// SPDX-License-Identifier: MIT
// A town on four loops: senders, joiners, leavers and disconnectors on other threads and in handlers,
// namespaces that come and go, handlers that are registered meanwhile, and the end at any moment. Meant
// for the thread sanitizer as much as for its own checks.
#include "support/known_sockets.hpp"
#include "support/live_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <thread>
#include <vector>

namespace socketio::support {
namespace {

class Town {
 public:
  explicit Town(Server& io) : io_(io) {
    io.on_connection([this](Socket socket) { citizens_.add(socket); });
    io.on("act", [this](Socket& socket, std::size_t seed) { act(seed, socket); });
    io.of(std::regex("/street-[0-9]+")).on("hi", [](Socket& socket) {
      socket.nsp().emit("hi", socket.id());
      return true;
    });
    io.on_new_namespace([](Namespace nsp) { nsp.on("own", [] { return true; }); });
  }

  void act(std::size_t seed, const Socket& self) {
    const Socket other = citizens_.any(seed);
    const std::string room = "room-" + std::to_string(seed % 3);
    switch (seed % 10) {
      case 0:
        return void(io_.emit("all", seed));
      case 1:
        return void(other.join(room));
      case 2:
        return void(io_.to(room).emit("room", seed));
      case 3:
        return other.leave(room);
      case 4:
        return void(other.emit("own", json::binary({1, 2, 3})));
      case 5:
        return io_.fetch_sockets().then([](const FetchedSockets&) {});
      case 6:
        return io_.sockets_join(room);
      case 7:
        return io_.timeout(std::chrono::milliseconds(1))
            .emit_with_ack<int>("asked")
            .then([](const Replies<int>&) {});
      case 8: {
        const HandlerId id = io_.on("later", [] {});
        return io_.off("later", id);
      }
      default:
        if (seed % 70 == 9) return other.disconnect(Close::connection);
        return void(self.broadcast().emit("others", io_.sockets_count()));
    }
  }

 private:
  Server& io_;
  KnownSockets citizens_{16};
};

/// Clients that come, act, and go in several ways, until the server ends.
void live(std::uint16_t port, std::size_t seed, int clients) {
  for (int i = 0; i < clients; ++i) {
    WebSocketClient client(port);
    if (client.status() != 101) return;
    client.packet();
    client.send("40");
    const std::string street = "/street-" + std::to_string(seed % 4);
    client.send("40" + street + ",");
    client.send("42" + street + ",[\"hi\"]");
    for (int act = 0; act < 20; ++act) client.send("42[\"act\"," + std::to_string(++seed) + "]");
    client.send(R"(42["echo",0])");
    for (std::string packet = client.packet(); !packet.empty() && packet != R"(42["echo",0])";
         packet = client.packet()) {
    }
    if (i % 3 == 0) client.tcp().reset();
  }
}

ServerOptions options_of_town() {
  ServerOptions options{.threads = 4};
  options.cleanup_empty_child_namespaces = true;
  return options;
}

TEST(LoopsThreads, ATownOnFourLoops) {
  std::optional<Town> town;
  LiveServer server(options_of_town(), [&](Server& io) { town.emplace(io); });
  ControlClient control(server.port);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] { live(server.port, 1000 * t, 20); });
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 200; ++i) {
        town->act(7 * i + t, Socket());
        std::this_thread::yield();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(eventually([&] { return server.io.engine_clients_count() <= 1; }));
  SocketClient last(server.port);
  EXPECT_TRUE(last.joined());
}

TEST(LoopsThreads, TheEndComesAtAnyMoment) {
  for (int round = 0; round < 6; ++round) {
    std::optional<Town> town;
    auto server =
        std::make_unique<LiveServer>(options_of_town(), [&](Server& io) { town.emplace(io); });
    const std::uint16_t port = server->port;
    std::vector<std::thread> clients;
    for (std::size_t t = 0; t < 3; ++t) {
      clients.emplace_back([port, t] { live(port, 1000 * t, 1000); });
    }
    eventually([&] { return server->io.engine_clients_count() >= 1; });
    if (round % 3 == 1) server->io.close();
    if (round % 3 == 2) server->io.drain(std::chrono::milliseconds(5));
    server.reset();
    for (auto& client : clients) client.join();
  }
}

}  // namespace
}  // namespace socketio::support
