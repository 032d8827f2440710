// SPDX-License-Identifier: MIT
// Polling sessions that the server closes while no poll is parked. They no longer count, but
// requests for them are answered until one of the answers has reported the end, or for 30 seconds.
#include "support/simulated_server_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

class Farewell : public SimulatedServerTest {
 protected:
  explicit Farewell(ServerOptions options = {}) : SimulatedServerTest(std::move(options)) {}

  /// Returns a client that has connected and that the server disconnects while no poll is parked.
  /// The response to its latest poll has not been read.
  std::unique_ptr<ScriptedClient> send_away() {
    auto client = std::make_unique<ScriptedClient>(
        loop, server.dial(),
        EngineClientOptions{.travel = Travel::polling, .watches_pings = false});
    connect(*client);
    client->engine().poll_lane().stream()->pause_reading();
    server.of().sockets().at(0).emit("takes the poll");
    loop.run_for(0ms);
    server.of().sockets().at(0).disconnect(Close::connection);
    EXPECT_EQ(reason, DisconnectReason::server_namespace_disconnect);
    return client;
  }
  /// Returns what a request for that session gets on another connection.
  std::string answer(ScriptedClient& client, const std::string& method, const std::string& body) {
    const auto recorder = std::make_shared<Recorder>();
    const auto stream = dial(recorder);
    stream->write(method + " /socket.io/?EIO=4&transport=polling&sid=" + client.engine().sid() +
                  " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n\r\n" + body);
    loop.run_for(0ms);
    stream->close();
    return recorder->text;
  }
};

TEST_F(Farewell, ASessionCountsUntilItIsClosed) {
  const auto client = send_away();
  EXPECT_EQ(server.engine().session_count(), 0U);
}

TEST_F(Farewell, TheNextPollLearnsOfIt) {
  const auto client = send_away();
  bool closed = false;
  client->on.closed = [&] { closed = true; };
  loop.after(5s, [&] { client->engine().poll_lane().stream()->resume_reading(); });
  loop.run_for(4'999ms);
  EXPECT_FALSE(closed);
  loop.run_for(1ms);
  EXPECT_TRUE(closed);
  EXPECT_THAT(answer(*client, "POST", "3"), HasSubstr("Session ID unknown"));
}

// As in the official server, POSTs are accepted whatever they contain.
TEST_F(Farewell, ReachesAClientInTheMiddleOfItsUpgrade) {
  network.profile.delay_min = 3ms;
  network.profile.delay_max = 7ms;
  int upgraded = 0;
  for (milliseconds moment = 0ms; moment < 150ms; ++moment) {
    SCOPED_TRACE(moment.count());
    ScriptedClient client{loop, server.dial(), {.travel = Travel::upgrade}};
    bool is_told = false;
    bool has_closed = false;
    client.on.disconnected = [&](const std::string&) { is_told = true; };
    client.on.closed = [&] { has_closed = true; };
    client.connect();
    while (server.of().sockets_count() == 0) loop.run_for(1ms);
    loop.run_for(moment);
    server.of().sockets().at(0).disconnect(Close::connection);
    loop.run_for(1s);
    EXPECT_TRUE(is_told);
    EXPECT_TRUE(has_closed);
    EXPECT_EQ(server.engine().counters().open[engine::TransportName::polling], 0U);
    EXPECT_EQ(server.engine().counters().open[engine::TransportName::websocket], 0U);
    upgraded += client.engine().upgraded() ? 1 : 0;
  }
  EXPECT_GT(upgraded, 0);
  EXPECT_LT(upgraded, 150);
}

TEST_F(Farewell, PostsAreAnsweredForThirtySeconds) {
  const auto client = send_away();
  EXPECT_THAT(answer(*client, "POST", "3"), EndsWith("\r\n\r\nok"));
  EXPECT_THAT(answer(*client, "POST", "bad"), EndsWith("\r\n\r\nok"));
  loop.run_for(29'999ms);
  EXPECT_THAT(answer(*client, "POST", "3"), EndsWith("\r\n\r\nok"));
  loop.run_for(1ms);
  EXPECT_THAT(answer(*client, "POST", "3"), HasSubstr("Session ID unknown"));
}

TEST_F(Farewell, TheEndOfTheServerForgetsThem) {
  const auto client = send_away();
  server.close();
  EXPECT_THAT(answer(*client, "POST", "3"), HasSubstr("Session ID unknown"));
}

class FarewellOfFew : public Farewell {
 protected:
  FarewellOfFew() : Farewell(two_sessions()) {}
  static ServerOptions two_sessions() {
    ServerOptions options;
    options.limits.sessions = 2;
    return options;
  }
};

TEST_F(FarewellOfFew, WhoIsSentAwayMakesRoom) {
  std::vector<std::unique_ptr<ScriptedClient>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(send_away());
  EXPECT_EQ(server.engine().session_count(), 0U);
}

TEST_F(FarewellOfFew, NoMoreOfThemWaitThanThereMayBeSessions) {
  const auto first = send_away();
  const auto second = send_away();
  const auto third = send_away();
  EXPECT_THAT(answer(*first, "POST", "3"), EndsWith("\r\n\r\nok"));
  EXPECT_THAT(answer(*second, "POST", "3"), EndsWith("\r\n\r\nok"));
  EXPECT_THAT(answer(*third, "POST", "3"), HasSubstr("Session ID unknown"));
}

}  // namespace
}  // namespace socketio::support
