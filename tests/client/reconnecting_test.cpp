// SPDX-License-Identifier: MIT
// What a client does when there is no server, when the server goes, and when it returns.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace socketio::support {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class Reconnecting : public testing::TestWithParam<std::string> {
 protected:
  OfficialServer server;
  TestClient client{server, only(GetParam())};

  std::string failure() const {
    return GetParam() == "polling" ? "xhr poll error" : "websocket error";
  }
};
INSTANTIATE_TEST_SUITE_P(Transports, Reconnecting, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(Reconnecting, EventsInOrder) {
  ASSERT_TRUE(client.connect());
  server.ask("stop");
  ASSERT_TRUE(client.log.wait_for("reconnect_attempt 3"));
  server.ask("start");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  const Log::Lines steps = client.log.lines("reconnect");
  ASSERT_GE(steps.size(), 6U);
  EXPECT_EQ(steps[0], "reconnect_attempt 1");
  EXPECT_EQ(steps[1], "reconnect_error " + failure());
  EXPECT_EQ(steps[2], "reconnect_attempt 2");
  EXPECT_EQ(steps[3], "reconnect_error " + failure());
  EXPECT_EQ(steps[4], "reconnect_attempt 3");
  EXPECT_THAT(steps.back(), testing::StartsWith("reconnect "));
  // There is one connect_error for each failed attempt.
  EXPECT_EQ(client.log.lines("connect_error").size(), client.log.lines("reconnect_error").size());
  client.expect_served();
}

TEST_P(Reconnecting, CountsFromOneAfterEachSuccess) {
  ASSERT_TRUE(client.connect());
  for (std::size_t i = 1; i <= 3; ++i) {
    server.ask("cut");
    ASSERT_TRUE(client.log.wait_for("connect", i + 1));
    EXPECT_EQ(client.log.count("reconnect_attempt 1"), i);
    EXPECT_EQ(client.log.count("reconnect 1"), i);
  }
}

TEST_P(Reconnecting, NoServerAtTheBeginning) {
  server.ask("stop");
  client.start();
  ASSERT_TRUE(client.log.wait_for("reconnect_attempt 2"));
  const ConnectionError error = client.latest("connect_error");
  EXPECT_EQ(error.message, failure());
  EXPECT_EQ(error.code, std::errc::connection_refused) << error.code.message();
  EXPECT_NE(error.details, "");
  server.ask("start");
  ASSERT_TRUE(client.log.wait_for("connect"));
  client.expect_served();
}

TEST_P(Reconnecting, GivesUpAfterSoManyAttempts) {
  server.ask("stop");
  ClientOptions options = only(GetParam());
  options.reconnection_attempts = 2;
  TestClient patient(server, options);
  patient.start();
  ASSERT_TRUE(patient.log.wait_for("reconnect_failed"));
  ASSERT_TRUE(patient.log.wait_for_prefix("reconnect_error", 2));
  const Log::Lines steps = patient.log.lines("reconnect");
  ASSERT_EQ(steps.size(), 5U);
  EXPECT_THAT(
      (Log::Lines{steps.begin(), steps.begin() + 3}),
      ElementsAre("reconnect_attempt 1", "reconnect_error " + failure(), "reconnect_attempt 2"));
  EXPECT_THAT((Log::Lines{steps.begin() + 3, steps.end()}),
              UnorderedElementsAre("reconnect_error " + failure(), "reconnect_failed"));
  EXPECT_EQ(patient.log.count("connect_error " + failure()), 3U);
  server.ask("start");
  patient.socket.connect();
  ASSERT_TRUE(patient.log.wait_for("connect"));
  patient.expect_served();
}

TEST_P(Reconnecting, NotIfNotWanted) {
  ClientOptions options = only(GetParam());
  options.reconnection = false;
  TestClient plain(server, options);
  ASSERT_TRUE(plain.connect());
  server.ask("cut");
  ASSERT_TRUE(plain.log.wait_for_prefix("close "));
  ASSERT_TRUE(plain.log.wait_for_prefix("disconnect "));
  EXPECT_EQ(plain.log.lines("reconnect").size(), 0U);
  plain.socket.connect();
  ASSERT_TRUE(plain.log.wait_for("connect", 2));
  EXPECT_EQ(plain.log.lines("reconnect").size(), 0U);
}

TEST_P(Reconnecting, EndsWhenTheSocketIsDisconnected) {
  ASSERT_TRUE(client.connect());
  server.ask("stop");
  ASSERT_TRUE(client.log.wait_for("reconnect_attempt 2"));
  client.socket.disconnect();
  server.ask("start");
  EXPECT_TRUE(eventually([&] { return !client.socket.active(); }));
  TestClient control(server);
  ASSERT_TRUE(control.connect());
  const std::size_t attempts = client.log.lines("reconnect_attempt").size();
  for (int i = 0; i < 200; ++i) control.expect_served();
  EXPECT_EQ(client.log.lines("reconnect_attempt").size(), attempts);
  EXPECT_EQ(client.log.count("connect"), 1U);
}

TEST_P(Reconnecting, EndsInTheHandlerOfTheAttempt) {
  client.client.on_reconnect_attempt([&](std::size_t) { client.client.disconnect(); });
  ASSERT_TRUE(client.connect());
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for_prefix("disconnect "));
  TestClient control(server);
  ASSERT_TRUE(control.connect());
  for (int i = 0; i < 200; ++i) control.expect_served();
  EXPECT_EQ(client.log.count("connect"), 1U);
  EXPECT_LE(client.log.lines("reconnect_attempt").size(), 1U);
}

TEST_P(Reconnecting, ServerRestartsAgainAndAgain) {
  ASSERT_TRUE(client.connect());
  for (std::size_t i = 1; i <= 5; ++i) {
    server.ask(i % 2 == 0 ? "stop" : "close");
    ASSERT_TRUE(client.log.wait_for_prefix("disconnect transport", i));
    server.ask("start");
    ASSERT_TRUE(client.log.wait_for("connect", i + 1));
    client.expect_served();
  }
}

TEST_P(Reconnecting, AttemptThatTakesTooLong) {
  Liar silent(json::object());
  ClientOptions options = only(GetParam());
  options.timeout = 100ms;
  TestClient hasty(silent.url(), options);
  hasty.start();
  ASSERT_TRUE(hasty.log.wait_for("connect_error timeout", 3));
  ASSERT_TRUE(hasty.log.wait_for("reconnect_error timeout", 2));
}

TEST_P(Reconnecting, EventsOfTheMeantimeArriveInOrder) {
  ASSERT_TRUE(client.connect());
  client.socket.on_connect([&] { client.socket.emit("tell", "in the handler"); });
  server.ask("stop");
  ASSERT_TRUE(client.log.wait_for_prefix("disconnect "));
  for (int i = 0; i < 100; ++i) client.socket.emit("tell", i);
  server.ask("start");
  ASSERT_TRUE(server.log->wait_for("tell [\"in the handler\"]"));
  const Log::Lines told = server.said("tell");
  ASSERT_EQ(told.size(), 101U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(told[i], "tell [" + std::to_string(i) + "]");
}

TEST_P(Reconnecting, EventsBeforeTheFirstConnection) {
  client.socket.emit("tell", 1);
  client.socket.emit("tell", Bytes{1}, "binary");
  client.socket.emit("tell", 3);
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(server.log->wait_for("tell [3]"));
  EXPECT_EQ(server.said("tell").size(), 3U);
  EXPECT_EQ(server.said("tell").at(0), "tell [1]");
}

TEST_P(Reconnecting, VolatileEventsAreNotKept) {
  ASSERT_TRUE(client.connect());
  server.ask("stop");
  ASSERT_TRUE(client.log.wait_for_prefix("disconnect "));
  client.socket.volatile_().emit("tell", "volatile");
  client.socket.emit("tell", "kept");
  server.ask("start");
  ASSERT_TRUE(server.log->wait_for("tell [\"kept\"]"));
  client.expect_served();
  EXPECT_EQ(server.said("tell").size(), 1U);
}

TEST_P(Reconnecting, VolatileEventsAreSentWhileConnected) {
  ASSERT_TRUE(client.connect());
  client.expect_served();
  ASSERT_TRUE(GetParam() == "websocket" || client.wait_for_transport("polling"));
  // A polling client is not writable until its last POST has been answered, so some events
  // may be dropped.
  EXPECT_TRUE(eventually([&] {
    client.socket.volatile_().emit("tell", "volatile");
    return !server.said("tell").empty();
  }));
}

TEST_P(Reconnecting, OfflineBufferHasALimit) {
  server.ask("stop");
  ClientOptions options = only(GetParam());
  options.offline_buffer_bytes = 100'000;
  TestClient bounded(server, options);
  const std::string text(1'000, 'x');
  int kept = 0;
  while (kept < 1'000 && bounded.socket.emit("tell", kept, text) != EmitResult::dropped) ++kept;
  EXPECT_GT(kept, 80);
  EXPECT_LT(kept, 110);
  EXPECT_EQ(ask(bounded.socket, "tell", text).error(), Errc::dropped);
  server.ask("start");
  ASSERT_TRUE(bounded.connect());
  bounded.expect_served();
  EXPECT_EQ(server.said("tell").size(), static_cast<std::size_t>(kept));
}

TEST_P(Reconnecting, AllNamespacesHearOfFailures) {
  server.ask("stop");
  client.join("/admin");
  client.start();
  ASSERT_TRUE(client.log.wait_for("/admin connect_error " + failure(), 2));
  ASSERT_TRUE(client.log.wait_for("connect_error " + failure(), 2));
  server.ask("start");
  ASSERT_TRUE(client.log.wait_for("/admin connect"));
}

}  // namespace
}  // namespace socketio::support
