// SPDX-License-Identifier: MIT
// The client's connection in virtual time: how it opens, breaks and reconnects, in the order and
// with the messages of the JavaScript client.
#include "support/client_town.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(ClientConnection, OpensThenTheSocketsConnect) {
  ClientTown town(1, {}, steady());
  const ClientSocket socket = town.socket();
  town.watch(socket);
  EXPECT_TRUE(town.run_until_connected(socket));
  EXPECT_THAT(town.log, ElementsAre("open", "connect"));
  EXPECT_EQ(socket.transport(), "websocket");
  EXPECT_FALSE(socket.recovered());
}

TEST(ClientConnection, WithoutAutoConnectNothingHappens) {
  auto options = steady();
  options.auto_connect = false;
  ClientTown town(1, {}, options);
  const ClientSocket socket = town.socket();
  town.watch(socket);
  town.loop.run_for(seconds(60));
  EXPECT_THAT(town.log, IsEmpty());
  EXPECT_FALSE(socket.active());
  socket.connect();
  EXPECT_TRUE(town.run_until_connected(socket));
}

TEST(ClientConnection, AServerThatRestartsIsFoundAgain) {
  ClientTown town(1, {}, steady());
  const ClientSocket socket = town.socket();
  town.watch(socket);
  ASSERT_TRUE(town.run_until_connected(socket));
  const std::string id = socket.id();
  town.log.clear();
  town.stop_server();
  town.loop.run_for(seconds(2));
  EXPECT_FALSE(socket.connected());
  EXPECT_TRUE(socket.active());
  EXPECT_EQ(socket.id(), "");
  town.start_server();
  ASSERT_TRUE(town.run_until_connected(socket));
  EXPECT_NE(socket.id(), id);
  EXPECT_THAT(town.log, ElementsAre("disconnect transport close", "close transport close",
                                    "reconnect_attempt 1", "connect_error websocket error",
                                    "error websocket error", "reconnect_error websocket error",
                                    "reconnect_attempt 2", "open", "reconnect 2", "connect"));
}

TEST(ClientConnection, ARefusedFirstAttemptIsRepeated) {
  ClientTown town(1, {}, steady(engine::TransportName::polling));
  town.connector.mode = SimulatedConnector::Mode::refuse;
  const ClientSocket socket = town.socket();
  town.watch(socket);
  town.loop.run_for(milliseconds(3'500));
  EXPECT_THAT(town.log, ElementsAre("connect_error xhr poll error", "error xhr poll error",
                                    "reconnect_attempt 1", "connect_error xhr poll error",
                                    "error xhr poll error", "reconnect_error xhr poll error",
                                    "reconnect_attempt 2", "connect_error xhr poll error",
                                    "error xhr poll error", "reconnect_error xhr poll error"));
  EXPECT_EQ(town.connector.attempts, 3U);
}

TEST(ClientConnection, WithoutReconnectionOneFailureIsAll) {
  auto options = steady();
  options.reconnection = false;
  ClientTown town(1, {}, options);
  town.connector.mode = SimulatedConnector::Mode::refuse;
  const ClientSocket socket = town.socket();
  town.watch(socket);
  town.loop.run_for(seconds(100));
  EXPECT_THAT(town.log, ElementsAre("connect_error websocket error", "error websocket error"));
  town.connector.mode = SimulatedConnector::Mode::answer;
  socket.connect();
  EXPECT_TRUE(town.run_until_connected(socket));
}

TEST(ClientConnection, ConnectingInHandlersOfFailureKeepsTheDelays) {
  ClientTown town(1, {}, steady());
  town.connector.mode = SimulatedConnector::Mode::refuse;
  town.connector.delay_min = town.connector.delay_max = milliseconds(1);
  const ClientSocket socket = town.socket();
  socket.on_connect_error([&](const ConnectionError&) { socket.connect(); });
  town.manager->change_events([&](auto& events) {
    events.error.add([&](const ConnectionError&) { town.manager->connect(); });
  });
  town.loop.run_for(milliseconds(7'500));
  EXPECT_EQ(town.connector.attempts, 4U) << "at once, then after 1, 2 and 4 seconds";
}

TEST(ClientConnection, ConnectingInHandlersOfTheEndKeepsTheDelay) {
  ClientTown town(1, {}, steady());
  const ClientSocket socket = town.socket();
  ASSERT_TRUE(town.run_until_connected(socket));
  socket.on_disconnect([&](DisconnectReason) {
    socket.disconnect();
    socket.connect();
  });
  town.cut();
  town.loop.run_for(milliseconds(900));
  EXPECT_EQ(town.connector.attempts, 1U);
  ASSERT_TRUE(town.run_until_connected(socket));
  EXPECT_EQ(town.connector.attempts, 2U);
}

TEST(ClientConnection, GivesUpAfterAsManyAttemptsAsSaid) {
  auto options = steady();
  options.reconnection_attempts = 2;
  ClientTown town(1, {}, options);
  town.connector.mode = SimulatedConnector::Mode::refuse;
  const ClientSocket socket = town.socket();
  town.loop.run_for(seconds(100));
  EXPECT_EQ(town.connector.attempts, 3U);
  EXPECT_EQ(std::count(town.log.begin(), town.log.end(), "reconnect_failed"), 1);
  // As in JavaScript, reconnect_failed is reported before the error that caused it.
  EXPECT_EQ(town.log[town.log.size() - 2], "reconnect_failed");
  EXPECT_EQ(town.log.back(), "reconnect_error websocket error");
  town.connector.mode = SimulatedConnector::Mode::answer;
  town.manager->connect();
  EXPECT_TRUE(town.run_until_connected(socket));
}

TEST(ClientConnection, NoSocketTakesItselfForConnectedOnceOneHearsOfTheEnd) {
  std::vector<std::string> heard;
  ClientTown town(
      1,
      [&](SimulatedServer& server) {
        server.of("/a");
        server.of("/b").on_connection([&](Socket socket) {
          socket.on("word", [&](std::string word) { heard.push_back(word); });
        });
      },
      steady());
  const ClientSocket a = town.socket("/a");
  const ClientSocket b = town.socket("/b");
  ASSERT_TRUE(town.run_until([&] { return a.connected() && b.connected(); }));
  a.on_disconnect([&](DisconnectReason) {
    EXPECT_FALSE(b.connected());
    EXPECT_EQ(b.emit("word", "kept"), EmitResult::queued);
  });
  town.watch(b, "b");
  town.log.clear();
  town.cut();
  ASSERT_TRUE(town.run_until([&] { return !heard.empty(); }));
  EXPECT_THAT(heard, ElementsAre("kept"));
  EXPECT_EQ(town.log.front(), "b disconnect transport close");
}

TEST(ClientConnection, AnAttemptHasItsTime) {
  auto options = steady();
  options.timeout = milliseconds(700);
  ClientTown town(1, {}, options);
  town.connector.mode = SimulatedConnector::Mode::silence;
  const ClientSocket socket = town.socket();
  town.watch(socket);
  town.loop.run_for(milliseconds(699));
  EXPECT_THAT(town.log, IsEmpty());
  town.loop.run_for(milliseconds(10));
  EXPECT_THAT(town.log, ElementsAre("connect_error timeout", "error timeout"));
  town.connector.mode = SimulatedConnector::Mode::answer;
  EXPECT_TRUE(town.run_until_connected(socket));
  EXPECT_EQ(town.log.back(), "connect");
}

TEST(ClientConnection, ASilentServerIsNoticedByItsMissingPings) {
  ServerOptions server;
  server.ping_interval = milliseconds(1'000);
  server.ping_timeout = milliseconds(500);
  ClientTown town(1, {}, steady(), server);
  const ClientSocket socket = town.socket();
  town.watch(socket);
  ASSERT_TRUE(town.run_until_connected(socket));
  town.log.clear();
  town.pull_the_cable();
  EXPECT_TRUE(town.run_until([&] { return !socket.connected(); }));
  EXPECT_THAT(town.log, ElementsAre("disconnect ping timeout", "close ping timeout"));
  EXPECT_TRUE(town.run_until_connected(socket));
}

// A server that cannot be reached, or that closes every connection at once.
TEST(ClientConnection, DelaysGrowAndNeverBecomeABusyLoop) {
  core::ManagerOptions options;
  options.engine.transports = {engine::TransportName::websocket};
  ClientTown town(7, {}, options);
  town.connector.mode = SimulatedConnector::Mode::refuse;
  town.socket();
  town.loop.run_for(std::chrono::minutes(10));
  EXPECT_GE(town.connector.attempts, 118U);
  EXPECT_LE(town.connector.attempts, 130U);
}

TEST(ClientConnection, TheLastSocketThatLeavesClosesIt) {
  ClientTown town(
      1, [](SimulatedServer& server) { server.of("/admin"); }, steady());
  const ClientSocket first = town.socket();
  const ClientSocket second = town.socket("admin");
  EXPECT_EQ(second.nsp(), "/admin");
  town.watch(first, "first");
  town.watch(second, "second");
  ASSERT_TRUE(town.run_until([&] { return first.connected() && second.connected(); }));
  EXPECT_EQ(town.connector.attempts, 1U) << "one connection for both";
  EXPECT_NE(first.id(), second.id());
  town.log.clear();
  first.disconnect();
  town.loop.run_for(seconds(1));
  EXPECT_THAT(town.log, ElementsAre("first disconnect io client disconnect"));
  EXPECT_TRUE(second.connected());
  second.disconnect();
  town.loop.run_for(seconds(60));
  EXPECT_THAT(town.log, ElementsAre("first disconnect io client disconnect", "close forced close",
                                    "second disconnect io client disconnect"));
  EXPECT_EQ(town.connector.attempts, 1U);
  EXPECT_TRUE(town.manager->is_idle());
  first.connect();
  EXPECT_TRUE(town.run_until_connected(first));
}

TEST(ClientConnection, DisconnectOfTheWholeConnectionIsFinal) {
  ClientTown town(1, {}, steady());
  const ClientSocket socket = town.socket();
  town.watch(socket);
  ASSERT_TRUE(town.run_until_connected(socket));
  town.manager->disconnect();
  town.loop.run_for(seconds(100));
  EXPECT_THAT(town.log,
              ElementsAre("open", "connect", "disconnect forced close", "close forced close"));
  town.manager->connect();
  EXPECT_TRUE(town.run_until_connected(socket));
}

TEST(ClientConnection, DisconnectIsFinalWhateverIsUnderway) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    core::ManagerOptions options;
    options.backoff.delay = milliseconds(50);
    ClientTown town(seed, {}, options, {}, {milliseconds(0), milliseconds(20), 40});
    Dice& dice = town.loop.dice();
    town.connector.delay_max = milliseconds(30);
    const ClientSocket socket = town.socket();
    town.watch(socket);
    const std::size_t trouble = dice.below(4);
    if (trouble == 1) town.connector.mode = SimulatedConnector::Mode::refuse;
    if (trouble == 2) town.connector.mode = SimulatedConnector::Mode::silence;
    town.loop.run_for(milliseconds(dice.below(300)));
    if (trouble == 3) town.stop_server();
    town.loop.run_for(milliseconds(dice.below(200)));
    socket.disconnect();
    town.loop.run_for(milliseconds(1));
    town.log.clear();
    if (!town.server) town.start_server();
    town.connector.mode = SimulatedConnector::Mode::answer;
    const std::size_t attempts = town.connector.attempts;
    town.loop.run_for(seconds(120));
    EXPECT_THAT(town.log, IsEmpty()) << "seed " << seed;
    EXPECT_EQ(town.connector.attempts, attempts) << "seed " << seed;
    EXPECT_FALSE(socket.active());
    EXPECT_TRUE(town.manager->is_idle()) << "seed " << seed;
    socket.connect();
    EXPECT_TRUE(town.run_until_connected(socket)) << "seed " << seed;
  }
}

TEST(ClientConnection, AHandlerMayDisconnectConnectOrEndTheClient) {
  for (const std::string when : {"connect", "disconnect", "connect_error", "reconnect_attempt"}) {
    for (const std::string what : {"disconnect", "reconnect", "end"}) {
      SCOPED_TRACE(when + ", " + what);
      ClientTown town(1, {}, steady());
      const ClientSocket socket = town.socket();
      int calls = 0;
      const auto act = [&] {
        if (++calls > 1) return;
        if (what == "disconnect") socket.disconnect();
        if (what == "reconnect") {
          socket.disconnect();
          socket.connect();
        }
        if (what == "end") town.manager->end();
      };
      if (when == "connect") socket.on_connect(act);
      if (when == "disconnect") socket.on_disconnect([&](DisconnectReason) { act(); });
      if (when == "connect_error") socket.on_connect_error([&](const ConnectionError&) { act(); });
      if (when == "reconnect_attempt") {
        town.manager->change_events(
            [&](auto& events) { events.reconnect_attempt.add([&](std::size_t) { act(); }); });
      }
      town.loop.run_for(seconds(1));
      town.stop_server();
      town.loop.run_for(seconds(10));
      town.start_server();
      town.loop.run_for(seconds(30));
      EXPECT_GE(calls, 1);
      EXPECT_EQ(socket.connected(), what == "reconnect");
      EXPECT_EQ(socket.active(), what == "reconnect");
    }
  }
}

TEST(ClientConnection, QueryAndHeadersCountFromTheNextConnectionOn) {
  std::vector<std::string> seen;
  const auto set_up = [&seen](SimulatedServer& server) {
    server.of().on_connection([&seen](Socket socket) {
      const Handshake handshake = socket.handshake();
      const auto query = handshake.query.find("token");
      const auto header = handshake.headers.find("x-token");
      seen.push_back((query == handshake.query.end() ? "none" : query->second) + "," +
                     (header == handshake.headers.end() ? "none" : header->second));
    });
  };
  auto options = steady();
  options.engine.query = {{"token", "a b"}};
  ClientTown town(1, set_up, options);
  const ClientSocket socket = town.socket();
  ASSERT_TRUE(town.run_until_connected(socket));
  town.manager->set_query({{"token", "second"}});
  town.manager->set_extra_headers({{"X-Token", "too"}});
  town.cut();
  ASSERT_TRUE(town.run_until([&] { return seen.size() == 2; }));
  EXPECT_THAT(seen, ElementsAre("a b,none", "second,too"));
}

}  // namespace
}  // namespace socketio::support
