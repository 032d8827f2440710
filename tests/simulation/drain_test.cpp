// SPDX-License-Identifier: MIT
// A server that gives way to another one: when it closes which session, what it still does meanwhile, and
// when it is empty, in virtual time.
#include "support/simulated_server_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using Times = std::vector<milliseconds>;

constexpr std::string_view open_request =
    "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr milliseconds never{-1};

class Draining : public SimulatedServerTest {
 protected:
  Draining() {
    server.of().on_disconnect([this](Socket&, DisconnectReason why) {
      ends.push_back(loop.elapsed());
      reasons.push_back(why);
    });
    server.of().on("echo", [](Socket& socket, const json& value) { socket.emit("echo", value); });
  }
  /// While there is what the handlers use.
  ~Draining() override { server.close(); }

  void connect_several(std::size_t count, Travel travel = Travel::websocket) {
    for (std::size_t i = 0; i < count; ++i) {
      clients.push_back(std::make_unique<ScriptedClient>(loop, server.dial(),
                                                         EngineClientOptions{.travel = travel}));
      connect(*clients.back());
    }
  }
  void drain(milliseconds spread) {
    server.engine().drain(spread, [this] { emptied_at = loop.elapsed(); });
    EXPECT_EQ(emptied_at, never) << "not before it returns";
  }
  std::string answer(const std::shared_ptr<SimulatedStream>& stream, Recorder& recorder,
                     std::string_view request) {
    recorder.text.clear();
    stream->write(request);
    loop.run_for(0ms);
    return recorder.text;
  }
  /// A session over long-polling that has no poll waiting; its id is in the answer.
  std::string open_idle_session(const std::shared_ptr<SimulatedStream>& stream,
                                Recorder& recorder) {
    const std::string text = answer(stream, recorder, open_request);
    const auto begin = text.find("\"sid\":\"") + 7;
    return text.substr(begin, text.find('"', begin) - begin);
  }

  std::vector<std::unique_ptr<ScriptedClient>> clients;
  Times ends;
  std::vector<DisconnectReason> reasons;
  milliseconds emptied_at = never;
};

class DrainingEither : public Draining, public testing::WithParamInterface<Travel> {};

TEST_P(DrainingEither, ClosesOneSessionAfterAnother) {
  connect_several(4, GetParam());
  drain(10s);
  loop.run_for(9'999ms);
  EXPECT_EQ(emptied_at, never);
  loop.run_for(1ms);
  EXPECT_EQ(ends, (Times{2'500ms, 5'000ms, 7'500ms, 10'000ms}));
  EXPECT_THAT(reasons, Each(DisconnectReason::server_shutting_down));
  EXPECT_EQ(emptied_at, 10'000ms);
}

INSTANTIATE_TEST_SUITE_P(Transports, DrainingEither,
                         testing::Values(Travel::polling, Travel::websocket),
                         [](const auto& travel) {
                           return travel.param == Travel::polling ? "Polling" : "WebSocket";
                         });

TEST_F(Draining, OthersGoOnUntilItIsTheirTurn) {
  connect_several(2);
  int echoes = 0;
  for (const auto& client : clients) {
    client->on.event = [&](const auto&, const std::string&, const json&, auto) { ++echoes; };
  }
  drain(10s);
  loop.run_for(6s);
  for (const auto& client : clients) client->emit("/", "echo", json::array({1}));
  loop.run_for(1s);
  EXPECT_EQ(echoes, 1);
}

TEST_F(Draining, NobodyElseIsAdmittedAndTheirConnectionEnds) {
  connect_several(1);
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = dial(recorder);
  drain(10s);
  const std::string refusal = answer(stream, *recorder, open_request);
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refusal, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(server.engine().session_count(), 1U);
}

TEST_F(Draining, WhoLeavesMakesItNeitherSlowerNorFaster) {
  connect_several(4);
  drain(8s);
  loop.run_for(1s);
  clients.front()->leave("/");
  clients.front()->engine().abort();
  loop.run_for(1s);
  EXPECT_EQ(server.engine().session_count(), 3U) << "one is enough for the first turn";
  loop.run_for(6s);
  EXPECT_EQ(emptied_at, 8'000ms);
}

TEST_F(Draining, IsOverWhenAllHaveLeft) {
  connect_several(3);
  drain(1h);
  loop.run_for(1s);
  for (const auto& client : clients) client->engine().abort();
  loop.run_for(1ms);
  EXPECT_EQ(emptied_at, 1'000ms);
}

TEST_F(Draining, OfNobodyIsOverAtOnce) {
  drain(1h);
  loop.run_for(1ms);
  EXPECT_EQ(emptied_at, 0ms);
}

TEST_F(Draining, WithoutTimeClosesAllAtOnce) {
  for (const milliseconds none : {0ms, -1ms}) {
    SimulatedServer other(network);
    ScriptedClient client(loop, other.dial(), {.travel = Travel::websocket});
    connect(client);
    bool is_empty = false;
    other.engine().drain(none, [&] { is_empty = true; });
    EXPECT_EQ(other.engine().session_count(), 1U) << "not inside the call";
    loop.run_for(1ms);
    EXPECT_TRUE(is_empty);
  }
}

TEST_F(Draining, ClosesSeveralATickIfThereAreMany) {
  connect_several(100);
  drain(10ms);
  loop.run_for(5ms);
  EXPECT_EQ(server.engine().session_count(), 50U);
  loop.run_for(5ms);
  EXPECT_EQ(emptied_at, 10ms);
}

TEST_F(Draining, WaitsForThePollThatTellsTheLastClient) {
  const auto recorder = std::make_shared<Recorder>();
  const auto stream = dial(recorder);
  const std::string sid = open_idle_session(stream, *recorder);
  drain(1s);
  loop.run_for(3s);
  EXPECT_EQ(server.engine().session_count(), 0U);
  EXPECT_EQ(emptied_at, never);
  EXPECT_THAT(
      answer(stream, *recorder,
             "GET /socket.io/?EIO=4&transport=polling&sid=" + sid + " HTTP/1.1\r\nHost: a\r\n\r\n"),
      EndsWith("\r\n\r\n1"));
  loop.run_for(1ms);
  EXPECT_EQ(emptied_at, 3'000ms);
}

TEST_F(Draining, DoesNotWaitForItForLong) {
  const auto recorder = std::make_shared<Recorder>();
  open_idle_session(dial(recorder), *recorder);
  drain(1s);
  loop.run_for(10s);
  EXPECT_EQ(emptied_at, 6'000ms);
}

TEST_F(Draining, ASessionThatHasBrokenOffDoesNotHoldItUp) {
  connect_several(1, Travel::polling);
  server.engine().set_headers_hook([](const auto&, const auto&, auto&) { throw std::bad_alloc(); });
  drain(0ms);
  server.of().emit("news");
  loop.run_for(1ms);
  EXPECT_EQ(emptied_at, 0ms);
}

TEST_F(Draining, SecondCallHasNoEffect) {
  connect_several(2);
  drain(4s);
  drain(0ms);
  loop.run_for(1s);
  EXPECT_EQ(server.engine().session_count(), 2U);
  loop.run_for(3s);
  EXPECT_EQ(emptied_at, 4'000ms);
}

TEST_F(Draining, EndsWithTheServer) {
  connect_several(3);
  drain(3s);
  loop.run_for(1s);
  server.close();
  EXPECT_EQ(server.engine().session_count(), 0U);
  loop.run_for(1h);
  EXPECT_EQ(emptied_at, never) << "whoever has closed it knows";
}

TEST_F(Draining, AHandlerMayCloseTheServer) {
  connect_several(3);
  server.of().on_disconnect([this](Socket&, DisconnectReason) { server.close(); });
  drain(3s);
  loop.run_for(1h);
  EXPECT_EQ(ends, (Times{1'000ms, 1'000ms, 1'000ms}));
  EXPECT_EQ(emptied_at, never);
}

}  // namespace
}  // namespace socketio::support
