// SPDX-License-Identifier: MIT
// The Engine.IO client against our server: handshake, messages, upgrade, heartbeat and the ends of
// a session, over each transport.
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

class EngineClientTest : public testing::Test {
 protected:
  ~EngineClientTest() override {
    log.session.reset();
    town.server().close();
    EXPECT_TRUE(loop.run_until_idle());
    town.sessions.clear();
    EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
    EXPECT_EQ(log.faults, Strings{});
  }
  void open() { log.open(loop, connector, options, memory); }
  void open_on(TransportName name) {
    options.transports = {name};
    open();
    loop.run_for(100ms);
    ASSERT_EQ(log.opens, 1);
  }
  void open_upgraded() {
    open();
    loop.run_for(1s);
    ASSERT_TRUE(log.upgraded);
  }
  engine::ClientSession& session() { return *log.session; }
  TownSession& peer() { return *town.sessions.at(0); }

  SimulatedLoop loop{1};
  Network network{loop};
  EngineTown town{network};
  SimulatedConnector connector{loop, town.dial()};
  ClientOptions options{.endpoint = {.host = "simulation", .port = 80}};
  SessionLog::Memory memory;
  SessionLog log;
};

class EachTransport : public EngineClientTest, public testing::WithParamInterface<TransportName> {};

INSTANTIATE_TEST_SUITE_P(EngineClient, EachTransport,
                         testing::Values(TransportName::polling, TransportName::websocket),
                         [](const auto& name) { return std::string(to_string(name.param)); });

TEST_P(EachTransport, ShakesHands) {
  open_on(GetParam());
  EXPECT_EQ(log.sid, peer().session()->id());
  EXPECT_EQ(session().id(), log.sid);
  EXPECT_TRUE(session().is_open());
  EXPECT_TRUE(session().writable());
  EXPECT_EQ(session().transport_name(), GetParam());
  EXPECT_EQ(peer().session()->transport_name(), GetParam());
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

}  // namespace
}  // namespace socketio::support
