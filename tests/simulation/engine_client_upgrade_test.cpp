// SPDX-License-Identifier: MIT
// How the Engine.IO client chooses its transport and upgrades to a better one, or does not.
#include "support/engine_town.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using engine::ClientOptions;
using engine::TransportName;
using Strings = std::vector<std::string>;

TEST_F(EngineClientTest, MovesToWebSocketAndToldSo) {
  open();
  loop.run_for(0ms);
  EXPECT_EQ(session().transport_name(), TransportName::polling);
  loop.run_for(1s);
  EXPECT_TRUE(log.upgraded);
  EXPECT_EQ(session().transport_name(), TransportName::websocket);
  EXPECT_EQ(peer().session()->transport_name(), TransportName::websocket);
  EXPECT_EQ(connector.streams().size(), 1U) << "polling is over";
  session().send_text("up", Compress::yes);
  peer().send_text("down");
  loop.run_for(0ms);
  EXPECT_EQ(peer().received, Strings{"up"});
  EXPECT_EQ(log.received, Strings{"down"});
  EXPECT_TRUE(memory.prefers_websocket);
}

TEST_F(EngineClientTest, StaysOnPollingIfItIsToldTo) {
  options.upgrade = false;
  open();
  loop.run_for(60s);
  EXPECT_FALSE(log.upgraded);
  EXPECT_EQ(session().transport_name(), TransportName::polling);
  EXPECT_LE(connector.attempts, 4U);
}

TEST_F(EngineClientTest, StaysOnPollingIfWebSocketIsNotItsTransport) {
  open_on(TransportName::polling);
  loop.run_for(60s);
  EXPECT_FALSE(log.upgraded);
}

TEST_F(EngineClientTest, StartsWithWebSocketIfTheLastUpgradeSucceeded) {
  options.remember_upgrade = true;
  open_upgraded();
  session().close();
  loop.run_for(1s);
  SessionLog second;
  second.open(loop, connector, options, memory);
  EXPECT_EQ(second.session->transport_name(), TransportName::websocket);
  loop.run_for(1s);
  EXPECT_EQ(second.opens, 1);
  connector.streams().back()->reset();
  loop.run_for(1s);
  EXPECT_EQ(second.ended, "transport close");
  EXPECT_TRUE(memory.prefers_websocket);
  connector.mode = SimulatedConnector::Mode::refuse;
  SessionLog third;
  third.open(loop, connector, options, memory);
  loop.run_for(1s);
  EXPECT_EQ(third.failure.message, "websocket error");
  EXPECT_FALSE(memory.prefers_websocket) << "it is not what it was";
}

TEST_F(EngineClientTest, CloseWaitsForTheUpgrade) {
  network.profile = {.delay_min = 10ms, .delay_max = 10ms};
  for (int when = 0; when < 300; when += 7) {
    SCOPED_TRACE(when);
    SessionLog one;
    one.open(loop, connector, options, memory);
    loop.run_for(milliseconds(when));
    const bool was_open = one.session->is_open();
    if (was_open) one.session->send_text("last", Compress::yes);
    one.session->close();
    loop.run_for(10s);
    EXPECT_EQ(one.ended, "forced close");
    EXPECT_EQ(one.closes, 1);
    EXPECT_EQ(one.faults, Strings{});
    EXPECT_EQ(connector.streams().size(), 0U);
    if (!was_open) continue;
    EXPECT_EQ(town.sessions.back()->received, Strings{"last"});
    EXPECT_EQ(town.sessions.back()->ended, "transport close");
  }
}

TEST_F(EngineClientTest, AnUpgradeThatFailsLeavesTheSessionOnPolling) {
  network.profile = {.delay_min = 10ms, .delay_max = 10ms};
  for (int when = 1; when < 200; when += 3) {
    SCOPED_TRACE(when);
    SessionLog one;
    one.open(loop, connector, options, memory);
    for (int passed = 0; passed < when; ++passed) loop.run_for(1ms);
    const auto streams = connector.streams();
    if (one.upgraded || one.opens == 0 || streams.size() < 2) continue;
    // While nothing is posted, the WebSocket is the latest connection.
    streams.back()->reset();
    one.session->send_text("up", Compress::yes);
    loop.run_for(1s);
    town.sessions.back()->send_text("down");
    loop.run_for(1s);
    EXPECT_EQ(one.closes, 0);
    EXPECT_FALSE(one.upgraded);
    EXPECT_FALSE(memory.prefers_websocket);
    EXPECT_EQ(one.received, Strings{"down"});
    EXPECT_EQ(town.sessions.back()->received, Strings{"up"});
  }
}

TEST_F(EngineClientTest, AnUpgradeThatGetsNoAnswerIsGivenUp) {
  network.profile = {.delay_min = 10ms, .delay_max = 10ms};
  open();
  ASSERT_TRUE(loop.run_until([this] { return connector.streams().size() == 2; }));
  connector.streams().back()->go_silent();
  loop.run_for(15s);
  EXPECT_EQ(connector.streams().size(), 2U);
  // The pong to the server's first ping, after 25 s, will need a connection.
  loop.run_for(7s);
  EXPECT_FALSE(log.upgraded);
  EXPECT_EQ(session().transport_name(), TransportName::polling);
  EXPECT_EQ(connector.streams().size(), 1U);
  loop.run_for(60s);
  EXPECT_EQ(log.closes, 0);
}

// --- Choice of transports ---

TEST_F(EngineClientTest, NoTransportsAtAll) {
  options.transports = {};
  open();
  EXPECT_EQ(log.closes, 0) << "told later, so that it can be listened to";
  loop.run_for(0ms);
  expect_end("transport error", "No transports available");
}

TEST_F(EngineClientTest, TriesAllTransportsIfItMay) {
  EngineTown modern(network, {.transports = {"websocket"}});
  SimulatedConnector other(loop, modern.dial());
  log.open(loop, other, options, memory);
  loop.run_for(1s);
  expect_end("transport error", "xhr poll error");
  EXPECT_EQ(log.failure.status, 400);
  EXPECT_EQ(log.failure.details, "Transport unknown");

  options.try_all_transports = true;
  SessionLog second;
  second.open(loop, other, options, memory);
  loop.run_for(1s);
  EXPECT_EQ(second.opens, 1);
  EXPECT_EQ(second.session->transport_name(), TransportName::websocket);
}

TEST_F(EngineClientTest, TriesEachTransportOnce) {
  options.try_all_transports = true;
  connector.mode = SimulatedConnector::Mode::refuse;
  open();
  loop.run_for(1s);
  expect_end("transport error", "websocket error");
  EXPECT_EQ(connector.attempts, 2U);
}

TEST_F(EngineClientTest, ARefusedUpgradeRequestTellsItsStatus) {
  EngineTown old(network, {.transports = {"polling"}});
  SimulatedConnector other(loop, old.dial());
  options.transports = {TransportName::websocket};
  log.open(loop, other, options, memory);
  loop.run_for(1s);
  expect_end("transport error", "websocket error");
  EXPECT_EQ(log.failure.status, 400);
  EXPECT_THAT(log.failure.details, testing::HasSubstr("Transport unknown"));
}

}  // namespace
}  // namespace socketio::support
