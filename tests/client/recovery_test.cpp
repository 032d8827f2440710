// SPDX-License-Identifier: MIT
// Connection state recovery: missed events arrive before `connect`; otherwise `recovered` is false.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace socketio::support {
namespace {

using testing::ElementsAre;

const json recovering{{"connectionStateRecovery", {{"maxDisconnectionDuration", 60'000}}}};

/// A client that connects through a relay, and the events "news" that it has received.
class Recovery : public testing::TestWithParam<std::string> {
 protected:
  OfficialServer server{recovering};
  Relay relay{server.port};
  TestClient client{relay.url(), only(GetParam())};

  bool connect() {
    client.socket.on("news", [this](int n) { client.log.add("news " + std::to_string(n)); });
    client.socket.on("text", [this](std::string text) { client.log.add("text " + text); });
    return client.connect();
  }
  bool hear(int n) {
    server.emit("news", {n});
    return client.log.wait_for("news " + std::to_string(n));
  }
  /// Interrupts the connection; the client misses what `meanwhile` emits, and reconnects.
  template <class F>
  bool interrupt(const F& meanwhile) {
    const std::size_t ends = server.said("disconnect /").size();
    relay.ask("stall");
    meanwhile();
    server.ask("cut");
    const bool ended = server.log->wait_for_prefix("disconnect /", ends + 1);
    relay.ask("resume");
    return ended && client.log.wait_for_prefix("reconnect ");
  }
};
INSTANTIATE_TEST_SUITE_P(Transports, Recovery, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(Recovery, MissedEventsComeBeforeConnect) {
  ASSERT_TRUE(connect());
  const std::string id = client.socket.id();
  ask(client.socket, "join", "room");
  ASSERT_TRUE(hear(1));
  client.log.clear();
  ASSERT_TRUE(interrupt([&] {
    for (int n = 2; n <= 4; ++n) server.emit("news", {n});
    server.emit("news", {5}, {{"room", "room"}});
    server.emit("news", {6}, {{"room", "another"}});
  }));
  ASSERT_TRUE(client.log.wait_for("recovered"));
  Log::Lines heard;
  for (const std::string& line : client.log.lines())
    if (line.starts_with("news") || line == "recovered") heard.push_back(line);
  EXPECT_THAT(heard, ElementsAre("news 2", "news 3", "news 4", "news 5", "recovered"));
  EXPECT_TRUE(client.socket.recovered());
  EXPECT_EQ(client.socket.id(), id);
  server.log->wait_for("connect / recovered");
  client.expect_served();
  // The rooms have been restored as well.
  server.emit("news", {7}, {{"room", "room"}});
  client.log.wait_for("news 7");
}

TEST_P(Recovery, AgainAndAgain) {
  ASSERT_TRUE(connect());
  ASSERT_TRUE(hear(0));
  for (int round = 1; round <= 3; ++round) {
    client.log.clear();
    ASSERT_TRUE(interrupt([&] { server.emit("news", {round}); }));
    ASSERT_TRUE(client.log.wait_for("recovered"));
    EXPECT_EQ(client.log.lines("news"), Log::Lines{"news " + std::to_string(round)});
  }
}

TEST_P(Recovery, BinaryEventsToo) {
  ASSERT_TRUE(connect());
  client.socket.on("bytes",
                   [&](Bytes bytes) { client.log.add("bytes " + std::to_string(bytes.size())); });
  ASSERT_TRUE(hear(1));
  ASSERT_TRUE(interrupt([&] {
    server.emit("bytes", json::array(), {{"buffers", {3, 4}}});
    server.emit("news", {2});
  }));
  ASSERT_TRUE(client.log.wait_for("recovered"));
  EXPECT_EQ(client.log.count("bytes 3"), 1U);
  EXPECT_EQ(client.log.count("news 2"), 1U);
}

TEST_P(Recovery, NothingMissed) {
  ASSERT_TRUE(connect());
  ASSERT_TRUE(hear(1));
  ASSERT_TRUE(interrupt([] {}));
  ASSERT_TRUE(client.log.wait_for("recovered"));
  EXPECT_EQ(client.log.lines("news").size(), 1U);
}

TEST_P(Recovery, NotBeforeTheFirstEvent) {
  ASSERT_TRUE(connect());
  const std::string id = client.socket.id();
  ASSERT_TRUE(interrupt([] {}));
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  EXPECT_FALSE(client.socket.recovered());
  EXPECT_NE(client.socket.id(), id);
}

TEST_P(Recovery, NotAfterTooLong) {
  OfficialServer forgetful(json{{"connectionStateRecovery", {{"maxDisconnectionDuration", 1}}}});
  TestClient other(forgetful, only(GetParam()));
  other.socket.on("news", [&](int n) { other.log.add("news " + std::to_string(n)); });
  ASSERT_TRUE(other.connect());
  forgetful.emit("news", {1});
  ASSERT_TRUE(other.log.wait_for("news 1"));
  forgetful.ask("cut");
  ASSERT_TRUE(other.log.wait_for("connect", 2));
  EXPECT_FALSE(other.socket.recovered());
  other.expect_served();
}

TEST_P(Recovery, NotAfterTheServerRestarted) {
  ASSERT_TRUE(connect());
  ASSERT_TRUE(hear(1));
  server.ask("stop");
  server.ask("start");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  EXPECT_FALSE(client.socket.recovered());
  // From there, recovery works again.
  ASSERT_TRUE(hear(2));
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for("recovered"));
}

TEST_P(Recovery, NotAfterLeaving) {
  ASSERT_TRUE(connect());
  ASSERT_TRUE(hear(1));
  client.socket.disconnect();
  server.log->wait_for("disconnect / client namespace disconnect");
  client.socket.connect();
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  EXPECT_FALSE(client.socket.recovered());
}

// Events whose last argument is a string, which a client may mistake for an offset.
TEST_P(Recovery, TextsThatAreNoOffsetDoNoHarm) {
  ASSERT_TRUE(connect());
  ASSERT_TRUE(hear(1));
  // Some are sent while nobody is polling.
  ASSERT_TRUE(eventually([&] {
    server.emit("text", {"not kept by the server"}, {{"flag", "volatile"}});
    return !client.log.lines("text").empty();
  }));
  client.socket.on("question", [] { return 1; });
  client.socket.emit("ask", "question", 5'000, "with a text at its end");
  ASSERT_TRUE(server.log->wait_for("answer 1"));
  ASSERT_TRUE(interrupt([&] { server.emit("news", {2}); }));
  ASSERT_TRUE(client.log.wait_for("recovered"));
  EXPECT_THAT(client.log.lines("news"), ElementsAre("news 1", "news 2"));
}

// A client that polls may notice the end only when it is back: its events then arrive at most once.
TEST(RecoveryOverWebSocket, EventsOfTheClientAreSentOnceItIsBack) {
  OfficialServer server(recovering);
  Relay relay(server.port);
  TestClient client(relay.url(), only("websocket"));
  client.socket.on("news", [&](int n) { client.log.add("news " + std::to_string(n)); });
  ASSERT_TRUE(client.connect());
  server.emit("news", {1});
  ASSERT_TRUE(client.log.wait_for("news 1"));
  relay.ask("stall");
  server.ask("cut");
  relay.ask("cut", {{"how", "close"}});
  ASSERT_TRUE(client.log.wait_for_prefix("disconnect "));
  for (int i = 0; i < 10; ++i) client.socket.emit("tell", i);
  server.log->wait_for_prefix("disconnect /");
  relay.ask("resume");
  ASSERT_TRUE(client.log.wait_for("recovered"));
  client.expect_served();
  const Log::Lines told = server.said("tell");
  ASSERT_EQ(told.size(), 10U);
  for (std::size_t i = 0; i < told.size(); ++i)
    EXPECT_EQ(told[i], "tell [" + std::to_string(i) + "]");
}

}  // namespace
}  // namespace socketio::support
