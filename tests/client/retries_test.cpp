// SPDX-License-Identifier: MIT
// Retries: one event at a time, again and again until it is acknowledged: at least once, in order.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using testing::ElementsAre;

ClientOptions with_retries(const std::string& transport, std::size_t retries,
                           std::chrono::milliseconds ack_timeout) {
  ClientOptions options = only(transport);
  options.retries = retries;
  options.ack_timeout = ack_timeout;
  return options;
}

class Retries : public testing::TestWithParam<std::string> {
 protected:
  OfficialServer server;

  Log::Lines delivered() { return server.said("deliver"); }
};
INSTANTIATE_TEST_SUITE_P(Transports, Retries, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(Retries, EachOnceIfAllGoesWell) {
  TestClient client(server, with_retries(GetParam(), 3, 10s));
  ASSERT_TRUE(client.connect());
  for (int i = 0; i < 4; ++i) client.socket.emit("deliver", i);
  EXPECT_EQ(ask<std::string>(client.socket, "deliver", 4).value(), "got 4");
  EXPECT_THAT(delivered(),
              ElementsAre("deliver 0", "deliver 1", "deliver 2", "deliver 3", "deliver 4"));
}

TEST_P(Retries, AgainUntilAcknowledged) {
  server.ask("acks", {{"delays", {nullptr, nullptr}}});
  TestClient client(server, with_retries(GetParam(), 5, 150ms));
  ASSERT_TRUE(client.connect());
  client.socket.emit("deliver", 0);
  EXPECT_EQ(ask<std::string>(client.socket, "deliver", 1).value(), "got 1");
  EXPECT_THAT(delivered(), ElementsAre("deliver 0", "deliver 0", "deliver 0", "deliver 1"));
}

TEST_P(Retries, GivenUpAfterThatMany) {
  server.ask("acks", {{"delays", {nullptr, nullptr, nullptr}}});
  TestClient client(server, with_retries(GetParam(), 2, 150ms));
  ASSERT_TRUE(client.connect());
  auto lost = client.socket.emit_with_ack<std::string>("deliver", 0);
  auto next = client.socket.emit_with_ack<std::string>("deliver", 1);
  EXPECT_EQ(wait(lost).error(), Errc::timeout);
  EXPECT_EQ(wait(next).value(), "got 1");
  EXPECT_THAT(delivered(), ElementsAre("deliver 0", "deliver 0", "deliver 0", "deliver 1"));
}

// The server acknowledges the first copy when the second is already on its way.
TEST_P(Retries, AcknowledgementThatComesAfterTheSecondTry) {
  server.ask("acks", {{"delays", {300, 400, 0}}});
  TestClient client(server, with_retries(GetParam(), 5, 150ms));
  ASSERT_TRUE(client.connect());
  client.socket.emit("deliver", 0);
  for (int i = 1; i < 4; ++i)
    EXPECT_EQ(ask<std::string>(client.socket, "deliver", i).value(), "got " + std::to_string(i));
  Log::Lines seen = delivered();
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  EXPECT_THAT(seen, ElementsAre("deliver 0", "deliver 1", "deliver 2", "deliver 3"));
}

TEST_P(Retries, ConnectionBreaksWhileOneIsUnderWay) {
  server.ask("acks", {{"delays", {nullptr}}});
  TestClient client(server, with_retries(GetParam(), 5, 60s));
  ASSERT_TRUE(client.connect());
  client.socket.emit("deliver", 0);
  client.socket.emit("deliver", 1);
  ASSERT_TRUE(server.log->wait_for("deliver 0"));
  server.ask("cut");
  ASSERT_TRUE(server.log->wait_for("deliver 1"));
  EXPECT_THAT(delivered(), ElementsAre("deliver 0", "deliver 0", "deliver 1"));
}

TEST_P(Retries, NothingIsLostWhenTheServerComesAndGoes) {
  constexpr int many = 60;
  TestClient client(server, with_retries(GetParam(), 1'000, 60s));
  ASSERT_TRUE(client.connect());
  for (int i = 0; i < many; ++i) client.socket.emit("deliver", i);
  for (std::size_t i = 1; i <= 3; ++i) {
    server.ask(i == 2 ? "stop" : "cut");
    ASSERT_TRUE(client.log.wait_for_prefix("disconnect ", i));
    if (i == 2) server.ask("start");
    ASSERT_TRUE(client.log.wait_for("connect", i + 1));
  }
  ASSERT_TRUE(server.log->wait_for("deliver " + std::to_string(many - 1)));
  Log::Lines seen = delivered();
  // Each event may have arrived several times in a row.
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  ASSERT_EQ(seen.size(), static_cast<std::size_t>(many));
  for (int i = 0; i < many; ++i)
    EXPECT_EQ(seen[static_cast<std::size_t>(i)], "deliver " + std::to_string(i));
}

TEST_P(Retries, WaitsForTheConnection) {
  TestClient client(server, with_retries(GetParam(), 3, 10s));
  for (int i = 0; i < 3; ++i) client.socket.emit("deliver", i);
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(server.log->wait_for("deliver 2"));
  EXPECT_THAT(delivered(), ElementsAre("deliver 0", "deliver 1", "deliver 2"));
}

TEST_P(Retries, VolatileEventsPassTheQueue) {
  server.ask("acks", {{"delays", {nullptr}}});
  TestClient client(server, with_retries(GetParam(), 3, 60s));
  ASSERT_TRUE(client.connect());
  client.socket.emit("deliver", 0);
  ASSERT_TRUE(server.log->wait_for("deliver 0"));
  EXPECT_TRUE(eventually([&] {
    client.socket.volatile_().emit("tell", 1);
    return !server.said("tell").empty();
  }));
}

TEST_P(Retries, OfOneNamespaceOnly) {
  server.ask("acks", {{"delays", {nullptr}}});
  TestClient client(server, only(GetParam()));
  const ClientSocket reliable =
      client.client.socket("/custom", {.retries = 5, .ack_timeout = 150ms});
  client.start();
  EXPECT_EQ(ask<std::string>(reliable, "deliver", 7).value(), "got 7");
  EXPECT_EQ(delivered().size(), 2U);
  client.expect_served();
}

}  // namespace
}  // namespace socketio::support
