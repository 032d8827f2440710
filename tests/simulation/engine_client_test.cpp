// SPDX-License-Identifier: MIT
// The Engine.IO client with our server: handshake, messages, upgrade, heartbeat and the ends of a
// session, over each transport.
#include "support/engine_town.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using engine::ClientOptions;
using engine::TransportName;
using Strings = std::vector<std::string>;

class EachTransport : public EngineClientTest, public testing::WithParamInterface<TransportName> {};

INSTANTIATE_TEST_SUITE_P(EngineClient, EachTransport,
                         testing::Values(TransportName::polling, TransportName::websocket),
                         [](const auto& name) { return std::string(to_string(name.param)); });

TEST_P(EachTransport, ShakesHands) {
  const bool is_websocket = GetParam() == TransportName::websocket;
  memory.prefers_websocket = !is_websocket;
  open_on(GetParam());
  EXPECT_EQ(log.sid, peer().session()->id());
  EXPECT_EQ(session().id(), log.sid);
  EXPECT_TRUE(session().is_open());
  EXPECT_TRUE(session().writable());
  EXPECT_EQ(session().transport_name(), GetParam());
  EXPECT_EQ(peer().session()->transport_name(), GetParam());
  EXPECT_EQ(memory.prefers_websocket, is_websocket) << "for the next time";
}

TEST_P(EachTransport, CarriesTextAndBinaryInOrderBothWays) {
  open_on(GetParam());
  const std::string bytes("\x00\xff\x1e\x80", 4);
  for (const auto& round : {"one", "two"}) {
    session().send_text(round, Compress::yes);
    session().send_binary(bytes);
    session().send_text("", Compress::yes);
    session().send_binary("");
    EXPECT_FALSE(session().writable());
    peer().send_text(round);
    peer().send_binary(bytes);
    peer().send_text("");
    peer().send_binary("");
    loop.run_for(10ms);
    EXPECT_TRUE(session().writable());
    EXPECT_EQ(session().queued_bytes(), 0U);
  }
  const std::string binary = "binary:" + bytes;
  const Strings expected{"one", binary, "", "binary:", "two", binary, "", "binary:"};
  EXPECT_EQ(peer().received, expected);
  EXPECT_EQ(log.received, expected);
  EXPECT_GE(log.drains, 2);
}

TEST_P(EachTransport, CloseSaysGoodbyeBehindWhatWasSent) {
  network.profile = {.delay_max = 30ms, .piece_bytes = 100};
  open_on(GetParam());
  for (int i = 0; i < 20; ++i) session().send_text(std::string(50, 'x'), Compress::yes);
  session().close();
  EXPECT_FALSE(session().is_open());
  session().send_text("too late", Compress::yes);
  session().close();
  EXPECT_EQ(log.closes, 0) << "what was sent leaves first";
  loop.run_for(5s);
  expect_end("forced close");
  EXPECT_EQ(peer().received, Strings(20, std::string(50, 'x')));
  EXPECT_EQ(peer().ended, "transport close");
}

TEST_P(EachTransport, CloseWithoutAnythingToSend) {
  open_on(GetParam());
  session().close();
  loop.run_for(1s);
  expect_end("forced close");
  EXPECT_EQ(peer().ended, "transport close");
}

TEST_P(EachTransport, CloseWhileOpeningEndsAtOnce) {
  options.transports = {GetParam()};
  connector.delay_max = 20ms;
  open();
  session().close();
  expect_end("forced close");
  loop.run_for(1s);
  EXPECT_EQ(town.sessions.size(), 0U);
}

TEST_P(EachTransport, CloseDoesNotWaitForADeadServerForEver) {
  open_on(GetParam());
  network.profile.window_bytes = 0;
  connector.mode = SimulatedConnector::Mode::silence;
  pull_the_cable();
  session().send_text("never arrives", Compress::yes);
  session().close();
  loop.run_for(29s);
  EXPECT_EQ(log.closes, 0);
  loop.run_for(2s);
  expect_end("forced close");
}

TEST_P(EachTransport, AbortEndsAtOnceWithItsReason) {
  open_on(GetParam());
  session().send_text("lost", Compress::yes);
  session().abort(DisconnectReason::parse_error, {});
  expect_end("parse error");
  session().abort(DisconnectReason::transport_error, {.message = "again"});
  session().close();
  loop.run_for(1s);
  expect_end("parse error");
  EXPECT_NE(peer().ended, "") << "the server knows";
}

TEST_P(EachTransport, AbortWhileOpeningTellsTheFailure) {
  options.transports = {GetParam()};
  connector.mode = SimulatedConnector::Mode::silence;
  open();
  loop.run_for(20s);
  session().abort(DisconnectReason::transport_error, {.message = "timeout"});
  expect_end("transport error", "timeout");
}

TEST_P(EachTransport, DetachEndsInSilence) {
  open_on(GetParam());
  log.deaf = true;
  peer().send_text("nobody hears it");
  session().detach();
  session().detach();
  session().close();
  loop.run_for(1s);
  EXPECT_EQ(log.closes, 0);
  EXPECT_EQ(connector.streams().size(), 0U);
  loop.run_for(60s);
  EXPECT_NE(peer().ended, "");
}

TEST_P(EachTransport, AServerThatClosesIsHeard) {
  open_on(GetParam());
  peer().send_text("last words");
  loop.run_for(10ms);
  peer().session()->close(DisconnectReason::forced_close);
  loop.run_for(1s);
  expect_end("transport close");
  EXPECT_EQ(log.received, Strings{"last words"});
}

TEST_P(EachTransport, PingsAreAnsweredForDays) {
  open_on(GetParam());
  loop.run_for(24h);
  EXPECT_EQ(log.closes, 0);
  EXPECT_EQ(peer().ended, "");
  EXPECT_NEAR(log.pings, 24 * 3600 / 25, 5);
  EXPECT_FALSE(session().heartbeat_expired());
}

TEST_P(EachTransport, SilenceIsAPingTimeout) {
  open_on(GetParam());
  pull_the_cable();
  loop.run_for(44s);
  EXPECT_EQ(log.closes, 0);
  loop.run_for(2s);
  expect_end("ping timeout");
}

TEST_P(EachTransport, ARefusedConnectionTellsWhy) {
  options.transports = {GetParam()};
  connector.mode = SimulatedConnector::Mode::refuse;
  open();
  EXPECT_EQ(log.closes, 0) << "never before open() returns";
  loop.run_for(1s);
  const bool polls = GetParam() == TransportName::polling;
  expect_end("transport error", polls ? "xhr poll error" : "websocket error");
  EXPECT_EQ(log.failure.code, std::errc::connection_refused);
  EXPECT_EQ(log.failure.details, "connect to the simulation: Connection refused");
  EXPECT_EQ(connector.attempts, 1U) << "whoever wants to try again waits first";
}

TEST_P(EachTransport, ADestroyedSessionSaysNothing) {
  for (const milliseconds when : {0ms, 1ms, 5ms, 9ms, 15ms, 200ms}) {
    SCOPED_TRACE(when.count());
    options.transports = {GetParam()};
    connector.delay_min = connector.delay_max = 3ms;
    network.profile = {.delay_min = 3ms, .delay_max = 3ms};
    log.opens = 0;
    log.deaf = false;
    open();
    loop.run_for(when);
    log.deaf = true;
    log.session.reset();
    loop.run_for(1s);
    EXPECT_EQ(connector.streams().size(), 0U);
  }
  loop.run_for(60s);
  EXPECT_EQ(log.closes, 0);
  for (const auto& one : town.sessions) EXPECT_NE(one->ended, "");
}

using Action = std::function<void(SessionLog&)>;

TEST_P(EachTransport, TheHandlerMayCloseDetachOrDestroyTheSessionInAnyCall) {
  const std::vector<Action> actions{
      [](SessionLog& it) { it.session->close(); },
      [](SessionLog& it) { it.session->abort(DisconnectReason::parse_error, {}); },
      [](SessionLog& it) {
        it.deaf = true;
        it.session->detach();
      },
      [](SessionLog& it) {
        it.deaf = true;
        it.session.reset();
      },
  };
  const std::vector<std::function<void()> SessionLog::*> places{
      &SessionLog::when_open, &SessionLog::when_message, &SessionLog::when_upgraded,
      &SessionLog::when_ping, &SessionLog::when_drained, &SessionLog::when_closed};
  town.on_session = [](TownSession& one) {
    one.send_text("a");
    one.send_text("b");
    one.send_binary("c");
  };
  options.transports = {GetParam(), TransportName::websocket};
  for (std::size_t place = 0; place < places.size(); ++place) {
    for (std::size_t action = 0; action < actions.size(); ++action) {
      SCOPED_TRACE(testing::Message() << "place " << place << ", action " << action);
      SessionLog one;
      one.*places[place] = [&] {
        const auto act = std::exchange(one.*places[place], nullptr);
        if (act) actions[action](one);
      };
      one.open(loop, connector, options, memory);
      loop.run_for(1s);
      if (one.session) one.session->send_text("drains", Compress::yes);
      loop.run_for(30s);
      if (one.session) one.session->close();
      loop.run_for(5s);
      EXPECT_EQ(one.faults, Strings{});
      EXPECT_EQ(one.closes, one.deaf && place != places.size() - 1 ? 0 : 1);
      EXPECT_EQ(connector.streams().size(), 0U);
    }
  }
}

// --- Polling ---

TEST_F(EngineClientTest, PostsWhatTheServerTakes) {
  EngineTown small(network, {.max_payload_bytes = 100});
  SimulatedConnector other(loop, small.dial());
  options.transports = {TransportName::polling};
  log.open(loop, other, options, memory);
  loop.run_for(1s);
  const Strings sizes{std::string(48, 'a'),
                      std::string(48, 'b'),
                      std::string(99, 'c'),
                      std::string(97, 'd'),
                      "",
                      std::string(96, 'e'),
                      ""};
  for (const auto& text : sizes) session().send_text(text, Compress::yes);
  session().send_binary(std::string(72, 'f'));
  session().send_binary("g");
  loop.run_for(1s);
  ASSERT_EQ(log.closes, 0) << log.failure.status;
  auto expected = sizes;
  expected.push_back("binary:" + std::string(72, 'f'));
  expected.emplace_back("binary:g");
  EXPECT_EQ(small.sessions.at(0)->received, expected);

  session().send_text(std::string(100, 'x'), Compress::yes);
  loop.run_for(1s);
  expect_end("transport error", "xhr post error");
  EXPECT_EQ(log.failure.status, 413);
}

TEST_F(EngineClientTest, AForgottenSessionIsTold) {
  open_on(TransportName::polling);
  town.server().close();
  loop.run_for(60s);
  EXPECT_EQ(log.closes, 1);
}

// --- Binary as text ---

TEST_F(EngineClientTest, Base64IsAskedForAndSpoken) {
  options.force_base64 = true;
  open_upgraded();
  session().send_binary("up");
  peer().send_binary("down");
  loop.run_for(10ms);
  EXPECT_EQ(peer().received, Strings{"binary:up"});
  EXPECT_EQ(log.received, Strings{"binary:down"});
}

}  // namespace
}  // namespace socketio::support
