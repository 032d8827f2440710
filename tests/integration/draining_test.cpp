// SPDX-License-Identifier: MIT
// drain() on real ports: the next server is there while clients of the old one are still served, and
// run() of the old one returns when it has none left.
#include "support/live_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <system_error>
#include <thread>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

constexpr auto practically_never = 24h;

TEST(ServerThatDrains, GivesItsPortToTheNext) {
  LiveServer first;
  SocketClient client(first.port);
  ASSERT_TRUE(client.joined());
  first.io.drain(practically_never);
  ASSERT_TRUE(is_given_up(first.port));
  Server second;
  EXPECT_EQ(second.listen("127.0.0.1", first.port), first.port);
  std::thread runs([&] { second.run(); });
  EXPECT_TRUE(SocketClient(first.port).joined()) << "a client of the second one";
  client.send(R"(42["echo",1])");
  EXPECT_EQ(client.packet(), R"(42["echo",1])");
  first.io.stop();
  EXPECT_TRUE(client.ends());
  client.tcp().close();
  first.stop();
  second.stop();
  runs.join();
}

TEST(ServerThatDrains, ListensNowhereElse) {
  LiveServer server;
  const ControlClient client(server.port);
  server.io.drain(practically_never);
  std::error_code error;
  EXPECT_EQ(server.io.listen("127.0.0.1", 0, error), 0);
  EXPECT_EQ(error, socketio::Errc::closed);
}

TEST(ServerThatDrains, EndsWhenItsClientsHaveBeenClosed) {
  Server io;
  Log log;
  io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  const std::uint16_t port = io.listen("127.0.0.1", 0);
  std::thread runs([&] { io.run(); });
  {
    SocketClient websocket(port);
    EXPECT_TRUE(websocket.joined());
    PollingClient polling(port);
    polling.join();
    polling.start_poll();
    io.drain(20ms);
    EXPECT_TRUE(websocket.ends());
    const auto last = polling.polls().response();
    ASSERT_TRUE(last);
    EXPECT_EQ(last->body, "1");
  }
  runs.join();
  EXPECT_EQ(log.lines(), (Log::Lines{"server shutting down", "server shutting down"}));
}

TEST(ServerThatDrains, EndsWhenItsClientsHaveLeft) {
  Server io;
  const std::uint16_t port = io.listen("127.0.0.1", 0);
  std::thread runs([&] { io.run(); });
  {
    const ControlClient client(port);
    io.drain(practically_never);
  }
  runs.join();
}

TEST(ServerThatDrains, BySignalIsStoppedByTheNext) {
  Server io;
  io.on("echo", [](Socket& socket, json value) { socket.emit("echo", value); });
  io.stop_on_signals(practically_never);
  const std::uint16_t port = io.listen("127.0.0.1", 0);
  std::thread runs([&] { io.run(); });
  ControlClient client(port);
  std::raise(SIGTERM);
  EXPECT_TRUE(is_given_up(port));
  client.expect_served();
  std::raise(SIGTERM);
  EXPECT_TRUE(client.socket().ends());
  client.socket().tcp().close();
  runs.join();
}

TEST(ServerThatDrains, MayHaveBeenClosedBeforeTheSignalIsHandled) {
  Server io;
  io.listen("127.0.0.1", 0);
  io.stop_on_signals(practically_never);
  io.post([&] {
    std::raise(SIGTERM);
    // Behind the look for signals that have come, and in front of what is done about them.
    io.post([&] { io.close(); });
  });
  io.run();
}

}  // namespace
}  // namespace socketio::support
