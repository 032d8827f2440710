// SPDX-License-Identifier: MIT
// Every timeout of the server at its exact time, in virtual time: heartbeat, upgrade, namespace,
// attachments, HTTP, acknowledgements, back-pressure.
#include "support/simulated_server_test.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

class Deadlines : public SimulatedServerTest {};

// --- Heartbeat ---

class Heartbeat : public SimulatedServerTest, public testing::WithParamInterface<Travel> {};

TEST_P(Heartbeat, WithoutPongTheSessionEndsAtIntervalPlusTimeout) {
  ScriptedClient client(loop, server.dial(),
                        {.travel = GetParam(), .answers_pings = false, .watches_pings = false});
  connect(client);
  loop.run_for(44'999ms);
  EXPECT_EQ(client.engine().pings, std::vector<milliseconds>{25'000ms});
  EXPECT_FALSE(reason);
  loop.run_for(1ms);
  EXPECT_EQ(reason, DisconnectReason::ping_timeout);
  EXPECT_EQ(ended_at, 45'000ms);
}

TEST_P(Heartbeat, APongJustInTimeStartsTheNextInterval) {
  ScriptedClient client(loop, server.dial(),
                        {.travel = GetParam(), .pong_delay = 19'999ms, .watches_pings = false});
  connect(client);
  loop.run_for(100s);
  EXPECT_FALSE(reason);
  const std::vector<milliseconds> pings{25'000ms, 69'999ms};
  EXPECT_EQ(client.engine().pings, pings);
}

TEST_P(Heartbeat, APongTooLateFindsNoSession) {
  ScriptedClient client(loop, server.dial(),
                        {.travel = GetParam(), .pong_delay = 20'001ms, .watches_pings = false});
  connect(client);
  loop.run_for(100s);
  EXPECT_EQ(reason, DisconnectReason::ping_timeout);
  EXPECT_EQ(ended_at, 45'000ms);
}

TEST_P(Heartbeat, OtherPacketsExtendTheWaitForAPongOnce) {
  ScriptedClient client(loop, server.dial(),
                        {.travel = GetParam(), .answers_pings = false, .watches_pings = false});
  connect(client);
  for (const milliseconds at : {30'000ms, 39'000ms, 48'000ms}) {
    loop.after(at, [&] { client.emit("/", "alive", json::array()); });
  }
  loop.run_for(200s);
  EXPECT_EQ(reason, DisconnectReason::ping_timeout);
  EXPECT_EQ(ended_at, 50'000ms);
}

TEST_P(Heartbeat, ASilentNetworkEndsBothEnds) {
  ScriptedClient client(loop, server.dial(), {.travel = GetParam()});
  connect(client);
  bool client_ended = false;
  client.on.closed = [&] { client_ended = true; };
  for (const auto& stream : client.engine().streams()) stream->go_silent();
  loop.run_for(45'000ms);
  EXPECT_EQ(reason, DisconnectReason::ping_timeout);
  EXPECT_TRUE(client_ended);
}

INSTANTIATE_TEST_SUITE_P(Transports, Heartbeat, testing::Values(Travel::polling, Travel::websocket),
                         [](const auto& each) {
                           return each.param == Travel::polling ? "polling" : "websocket";
                         });

// --- Upgrade ---

TEST_F(Deadlines, AnUpgradeThatIsNotFinishedEndsAlone) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::polling});
  connect(client);
  const auto lane = std::make_shared<WebSocketLane>(server.dial(), loop.dice());
  milliseconds closed_at{-1};
  WebSocketLane::Callbacks callbacks;
  callbacks.open = [&] { lane->send_text("2probe"); };
  callbacks.close = [&] { closed_at = loop.elapsed(); };
  lane->open("/socket.io/?EIO=4&transport=websocket&sid=" + client.engine().sid(), callbacks);
  loop.run_for(9'999ms);
  EXPECT_EQ(closed_at, -1ms);
  loop.run_for(1ms);
  EXPECT_EQ(closed_at, 10'000ms);
  EXPECT_FALSE(reason);
  json answer;
  server.of().on("hello", [] { return 1; });
  client.emit("/", "hello", json::array(), [&](const json* arguments) { answer = *arguments; });
  loop.run_for(1s);
  EXPECT_EQ(answer, json::array({1}));
}

// --- Namespace and attachments ---

TEST_F(Deadlines, AClientThatJoinsNoNamespaceIsSentAway) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  client.namespaces.clear();
  milliseconds closed_at{-1};
  client.on.closed = [&] { closed_at = loop.elapsed(); };
  client.connect();
  loop.run_for(44'999ms);
  EXPECT_EQ(closed_at, -1ms);
  loop.run_for(1ms);
  EXPECT_EQ(closed_at, 45'000ms);
}

TEST_F(Deadlines, AttachmentsThatDoNotComeEndTheSession) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  connect(client);
  client.engine().send_text(
      R"(52-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  // The first of two attachments does not restart the timeout.
  loop.after(29s, [&] { client.engine().send_binary("1"); });
  loop.run_for(29'999ms);
  EXPECT_FALSE(reason);
  loop.run_for(1ms);
  EXPECT_EQ(reason, DisconnectReason::forced_close);
}

// --- HTTP ---

TEST_F(Deadlines, ASilentConnectionIsClosed) {
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = dial(recorder);
  loop.run_for(9'999ms);
  EXPECT_EQ(recorder->closes, 0);
  loop.run_for(1ms);
  EXPECT_EQ(recorder->closes, 1);
  EXPECT_EQ(recorder->text, "");
}

TEST_F(Deadlines, HeadersThatTrickleAreCut) {
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = dial(recorder);
  loop.run_for(5s);
  for (int i = 0; i < 12; ++i) {
    loop.after(milliseconds(i * 1'000),
               [stream, i] { stream->write(i == 0 ? "GET / HTTP/1.1\r\n" : "A: b\r\n"); });
  }
  loop.run_for(9'999ms);
  EXPECT_EQ(recorder->text, "");
  loop.run_for(1ms);
  EXPECT_TRUE(recorder->text.starts_with("HTTP/1.1 408 ")) << recorder->text;
  EXPECT_EQ(recorder->closes, 1);
}

class Bodies : public Deadlines {
 protected:
  Bodies() {
    server.http().post("/", [](const HttpRequest& request) {
      return HttpResponse::text(std::to_string(request.body.size()));
    });
  }
  /// Announces a body and sends a `piece` of it each second, `pieces` times, half a second after
  /// the ticks of the server's clock.
  void upload(std::size_t bytes, std::string_view piece, int pieces) {
    stream = dial(recorder);
    stream->write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) +
                  "\r\n\r\n");
    for (int i = 0; i < pieces; ++i) {
      loop.after(milliseconds(500 + i * 1'000),
                 [stream = stream, text = std::string(piece)] { stream->write(text); });
    }
  }
  void expect_cut_after(std::chrono::seconds time) {
    loop.run_for(time - 1ms);
    EXPECT_EQ(recorder->text, "");
    loop.run_for(1ms);
    EXPECT_TRUE(recorder->text.starts_with("HTTP/1.1 408 ")) << recorder->text;
    EXPECT_EQ(recorder->closes, 1);
  }

  std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>();
  std::shared_ptr<SimulatedStream> stream;
};

TEST_F(Bodies, ThatTrickleAreCut) {
  upload(100'000, "x", 60);
  expect_cut_after(30s);
}

TEST_F(Bodies, ThatComeSlowlyAreTaken) {
  upload(1'000'000, std::string(30'000, 'x'), 34);
  loop.run_for(34s);
  EXPECT_TRUE(recorder->text.starts_with("HTTP/1.1 200 ")) << recorder->text;
}

TEST_F(Bodies, ThatComeAsSlowlyAsTheyMayAreTaken) {
  upload(200'000, std::string(1'024, 'x'), 196);
  loop.run_for(196s);
  EXPECT_TRUE(recorder->text.starts_with("HTTP/1.1 200 ")) << recorder->text;
}

TEST_F(Bodies, ThatComeSlowerThanTheyMayAreCut) {
  upload(200'000, std::string(1'023, 'x'), 196);
  expect_cut_after(30s);
}

TEST_F(Bodies, ThatStopAreCut) {
  upload(1'000'000, std::string(30'000, 'x'), 10);
  expect_cut_after(60s);
}

TEST_F(Bodies, ThatTakeFiveMinutesAreCutHoweverTheyCome) {
  upload(1'000'000, std::string(3'000, 'x'), 400);
  expect_cut_after(300s);
}

TEST_F(Deadlines, AnIdleConnectionIsKeptForTenSeconds) {
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = dial(recorder);
  stream->write("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  loop.run_for(9'999ms);
  EXPECT_TRUE(recorder->text.starts_with("HTTP/1.1 404 ")) << recorder->text;
  EXPECT_EQ(recorder->closes, 0);
  loop.run_for(1ms);
  EXPECT_EQ(recorder->closes, 1);
}

// --- Acknowledgements ---

TEST_F(Deadlines, AnAcknowledgementTimesOutExactlyThen) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  std::optional<std::uint64_t> asked;
  client.on.event = [&](auto&, auto&, auto&, std::optional<std::uint64_t> ack) { asked = ack; };
  std::vector<std::pair<std::error_code, milliseconds>> answers;
  server.of().on_connection([&](Socket socket) {
    socket.timeout(1s).emit_with_ack<int>("question").then([&](Reply<int> reply) {
      answers.emplace_back(reply.error(), loop.elapsed());
    });
  });
  connect(client);
  loop.run_for(999ms);
  EXPECT_TRUE(answers.empty());
  loop.run_for(1ms);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].first, Errc::timeout);
  EXPECT_EQ(answers[0].second, 1'000ms);
  // Too late.
  client.answer("/", *asked, json::array({1}));
  loop.run_for(1s);
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_FALSE(reason);
}

TEST_F(Deadlines, ADisconnectAnswersWhatIsPending) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  std::vector<std::error_code> answers;
  server.of().on_connection([&](Socket socket) {
    socket.timeout(1s).emit_with_ack<int>("question").then([&](Reply<int> reply) {
      answers.push_back(reply.error());
    });
    socket.emit_with_ack<int>("question").then([&](Reply<int> reply) {
      answers.push_back(reply.error());
    });
  });
  connect(client);
  client.engine().abort();
  loop.run_for(2s);
  EXPECT_EQ(answers, std::vector<std::error_code>(2, Errc::disconnected));
}

TEST_F(Deadlines, ABroadcastWithAckCountsTheSilentOnes) {
  ScriptedClient eager(loop, server.dial(), {.travel = Travel::websocket});
  ScriptedClient silent(loop, server.dial(), {.travel = Travel::polling});
  eager.on.event = [&](auto&, auto&, auto&, std::optional<std::uint64_t> ack) {
    eager.answer("/", *ack, json::array({5}));
  };
  connect(eager);
  connect(silent);
  std::optional<Replies<int>> replies;
  server.of().timeout(2s).emit_with_ack<int>("question").then([&](Replies<int> all) {
    replies = std::move(all);
  });
  loop.run_for(1'999ms);
  EXPECT_FALSE(replies);
  loop.run_for(1ms);
  ASSERT_TRUE(replies);
  EXPECT_EQ(replies->error(), Errc::timeout);
  EXPECT_EQ(replies->values(), std::vector<int>{5});
  EXPECT_EQ(replies->missing(), 1U);
}

// --- Back-pressure ---

class Backpressure : public SimulatedServerTest {
 protected:
  Backpressure() : SimulatedServerTest(small()) {}
  static ServerOptions small() {
    ServerOptions options;
    options.backpressure = {
        .soft_limit_bytes = 10'000, .hard_limit_bytes = 50'000, .stall_timeout = 10s};
    return options;
  }
  EmitResult emit(std::size_t bytes) {
    return server.of().sockets().at(0).emit("data", std::string(bytes, 'x'));
  }
};

TEST_F(Backpressure, AStalledReaderIsDisconnectedAndItsMemoryReleased) {
  network.profile.window_bytes = 1'000;
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket, .watches_pings = false});
  connect(client);
  client.engine().websocket()->stream()->pause_reading();
  EXPECT_EQ(emit(9'000), EmitResult::sent);
  loop.run_for(0ms);
  EXPECT_EQ(emit(9'000), EmitResult::queued);
  loop.run_for(9'999ms);
  EXPECT_FALSE(reason);
  loop.run_for(1ms);
  EXPECT_EQ(reason, DisconnectReason::transport_error);
  loop.run_for(10s);
  EXPECT_FALSE(server.last_server_end()) << "what the peer never takes is still kept";
}

TEST_F(Backpressure, AReaderThatCatchesUpStays) {
  network.profile.window_bytes = 1'000;
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  connect(client);
  const auto stream = client.engine().websocket()->stream();
  stream->pause_reading();
  emit(9'000);
  loop.run_for(0ms);
  EXPECT_EQ(emit(9'000), EmitResult::queued);
  loop.run_for(9s);
  stream->resume_reading();
  loop.run_for(10s);
  EXPECT_FALSE(reason);
  EXPECT_EQ(emit(100), EmitResult::sent);
}

TEST_F(Backpressure, AReaderBelowTheSoftLimitIsNotStalled) {
  network.profile.window_bytes = 1'000;
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket});
  connect(client);
  const auto stream = client.engine().websocket()->stream();
  stream->pause_reading();
  emit(9'000);
  loop.run_for(0ms);
  EXPECT_EQ(emit(9'000), EmitResult::queued);
  // Reads half, but never everything, so that little is waiting from then on.
  while (server.last_server_end()->queued_bytes() > 4'000) {
    stream->resume_reading();
    loop.run_one();
    stream->pause_reading();
    loop.run_for(4ms);
  }
  loop.run_for(15s);
  EXPECT_FALSE(reason);
  stream->resume_reading();
}

TEST_F(Backpressure, OverTheHardLimitTheSessionEndsAtOnce) {
  network.profile.window_bytes = 1'000;
  ScriptedClient client(loop, server.dial(), {.travel = Travel::websocket, .watches_pings = false});
  connect(client);
  client.engine().websocket()->stream()->pause_reading();
  emit(60'000);
  loop.run_for(0ms);
  EXPECT_EQ(emit(1), EmitResult::dropped);
  EXPECT_FALSE(reason) << "not from inside the emit";
  loop.run_for(0ms);
  EXPECT_EQ(reason, DisconnectReason::transport_error);
  loop.run_for(10s);
  EXPECT_FALSE(server.last_server_end()) << "what the peer never takes is still kept";
}

TEST_F(Backpressure, PollingThatDoesNotPollIsStalled) {
  ScriptedClient client(loop, server.dial(), {.travel = Travel::polling, .watches_pings = false});
  connect(client);
  client.engine().poll_lane().stream()->pause_reading();
  // Answers the parked poll.
  emit(100);
  loop.run_for(0ms);
  emit(9'000);
  EXPECT_EQ(emit(9'000), EmitResult::queued);
  loop.run_for(9'999ms);
  EXPECT_FALSE(reason);
  loop.run_for(1ms);
  EXPECT_EQ(reason, DisconnectReason::transport_error);
}

TEST_F(Backpressure, RequestsBehindResponsesThatNobodyReadsWait) {
  server.http().get(
      "/big", [](const HttpRequest&) { return HttpResponse::text(std::string(100'000, 'x')); });
  network.profile.window_bytes = 100'000;
  const auto stream = dial(std::make_shared<Recorder>());
  stream->pause_reading();
  for (int i = 0; i < 1'000; ++i) stream->write("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  loop.run_for(1s);
  ASSERT_TRUE(server.last_server_end());
  EXPECT_LT(server.last_server_end()->queued_bytes(), 1'000'000U);
  stream->reset();
}

}  // namespace
}  // namespace socketio::support
