// SPDX-License-Identifier: MIT
// A client's socket, and servers that violate the protocol.
#include "support/client_town.hpp"
#include "support/lying_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// A client whose server sends over WebSocket what the test wants.
class ClientAndLiar : public testing::Test {
 protected:
  explicit ClientAndLiar(core::ManagerOptions options = steady()) {
    liar.script = [this](LyingServer::Connection& connection, const http::Request& request) {
      connection.accept_websocket(request);
      connection.say_text(
          R"(0{"sid":"engine","upgrades":[],"pingInterval":25000,"pingTimeout":20000})");
      server = &connection;
    };
    liar.on_text = [this](LyingServer::Connection& connection, std::string_view packet) {
      if (packet.starts_with("40") && !join.empty()) connection.say_text(join);
    };
    manager = std::make_shared<core::Manager>(loop, connector, gate, std::move(options));
    socket = ClientSocket(manager->socket("/", {}));
    socket.on_connect([this] { log.push_back("connect " + socket.id()); });
    socket.on_disconnect([this](DisconnectReason why) {
      log.push_back("disconnect " + std::string(to_string(why)));
    });
    socket.on_connect_error(
        [this](const ConnectionError& error) { log.push_back(error.message.substr(0, 20)); });
    socket.on_any([this](std::string_view event, const json& arguments) {
      log.push_back(std::string(event) + arguments.dump());
    });
  }
  ~ClientAndLiar() override {
    manager->end();
    gate->close();
    loop.settle();
    manager->drop();
    EXPECT_TRUE(loop.run_until_idle());
    EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
  }
  void say(const std::string& packet) {
    server->say_text(packet);
    loop.run_for(milliseconds(10));
  }
  void settle() { loop.run_for(milliseconds(10)); }
  /// Breaks the connection and lets the client reconnect; returns the CONNECT that it then sends.
  std::string reconnect() {
    for (const auto& stream : connector.streams()) stream->reset();
    liar.texts.clear();
    EXPECT_TRUE(loop.run_until([&] { return !liar.texts.empty(); }));
    settle();
    return liar.texts.empty() ? std::string() : liar.texts.front();
  }

  std::string join = R"(40{"sid":"one","pid":"secret"})";
  SimulatedLoop loop{1};
  Network network{loop};
  LyingServer liar{network};
  SimulatedConnector connector{loop, liar.dial()};
  std::shared_ptr<LoopGate> gate = std::make_shared<LoopGate>(loop);
  std::shared_ptr<core::Manager> manager;
  ClientSocket socket;
  LyingServer::Connection* server = nullptr;
  std::vector<std::string> log;
  // The last ones arrive when the client ends.
  std::vector<std::string> answers;
};

TEST_F(ClientAndLiar, ConnectsOnceHoweverOftenItIsTold) {
  settle();
  say(R"(40{"sid":"two"})");
  say(R"(40/elsewhere,{"sid":"three"})");
  say(R"(44{"message":"too late"})");
  EXPECT_THAT(log, ElementsAre("connect one"));
  EXPECT_EQ(socket.id(), "one");
  EXPECT_TRUE(socket.connected());
}

TEST_F(ClientAndLiar, AConnectWithoutSidIsAnError) {
  join = R"(40{"pid":"x"})";
  settle();
  EXPECT_THAT(log, ElementsAre("It seems you are try"));
  EXPECT_FALSE(socket.connected());
  say(R"(40{"sid":""})");
  say(R"(40{"sid":5})");
  say("40");
  EXPECT_FALSE(socket.connected());
  say(R"(40{"sid":"late"})");
  EXPECT_EQ(socket.id(), "late");
}

TEST_F(ClientAndLiar, PacketsForNobodyAreIgnored) {
  settle();
  say(R"(42/elsewhere,["event"])");
  say(R"(431["never asked"])");
  say(R"(43/elsewhere,1["x"])");
  say(R"(41/elsewhere)");
  EXPECT_THAT(log, ElementsAre("connect one"));
  say(R"(42["still here"])");
  EXPECT_EQ(log.back(), "still here[]");
}

TEST_F(ClientAndLiar, WhatIsNoPacketEndsTheConnection) {
  for (const char* const packet :
       {"47", "42{}", "42[]", "42[\"connect\"]", "43{}", "40[]", "451-[\"x\"]", "442", "4"}) {
    ASSERT_TRUE(loop.run_until([&] { return socket.connected(); })) << packet;
    log.clear();
    say(packet);
    if (packet[1] == '5') say(R"(42["no attachment"])");
    EXPECT_THAT(log, ElementsAre("disconnect parse error")) << packet;
  }
  EXPECT_TRUE(loop.run_until([&] { return socket.connected(); }));
}

TEST_F(ClientAndLiar, AttachmentsMayTakeTheirTimeWhileTheServerPings) {
  settle();
  say(R"(452-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  for (int attachment = 0; attachment < 2; ++attachment) {
    for (int minute = 0; minute < 5; ++minute) {
      say("2");
      loop.run_for(seconds(44));
    }
    EXPECT_THAT(log, ElementsAre("connect one"));
    server->say_binary("hi");
  }
  settle();
  EXPECT_THAT(log.back(), testing::StartsWith("x["));
  EXPECT_TRUE(socket.connected());
}

class ClientOfFewValues : public ClientAndLiar {
 protected:
  static core::ManagerOptions few_values() {
    auto options = steady();
    options.json.nodes = 5;
    return options;
  }
  ClientOfFewValues() : ClientAndLiar(few_values()) {}
};

TEST_F(ClientOfFewValues, MoreEndTheConnection) {
  settle();
  say(R"(42["x",1,2,3])");
  EXPECT_THAT(log, ElementsAre("connect one", "x[1,2,3]"));
  say(R"(42["x",1,2,3,4])");
  EXPECT_EQ(log.back(), "disconnect parse error");
}

// Events that were kept until the socket had connected are parsed a second time.
TEST_F(ClientOfFewValues, KeptEventsHaveTheSameLimit) {
  join.clear();
  settle();
  say(R"(42["x",1,2,3])");
  say(R"(40{"sid":"one"})");
  EXPECT_THAT(log, ElementsAre("x[1,2,3]", "connect one"));
}

TEST_F(ClientAndLiar, WhatComesBeforeTheConnectIsKeptUpToALimit) {
  join.clear();
  settle();
  say(R"(42["early",1])");
  say(R"(42["early",2])");
  EXPECT_THAT(log, IsEmpty());
  say(R"(40{"sid":"one"})");
  EXPECT_THAT(log, ElementsAre("early[1]", "early[2]", "connect one"));
}

TEST_F(ClientAndLiar, EndlessEventsBeforeTheConnectEndTheConnection) {
  join.clear();
  settle();
  const std::string packet = R"(42[")" + std::string(900'000, 'x') + R"("])";
  for (int i = 0; i < 40 && log.empty(); ++i) say(packet);
  EXPECT_THAT(log, ElementsAre("disconnect parse error"));
}

TEST_F(ClientAndLiar, AnAcknowledgementThatWasAnsweredCountsOnce) {
  settle();
  const auto ask = [&] {
    socket.emit_with_ack("question").then([&](Reply<json> reply) {
      answers.push_back(reply ? reply->dump() : reply.error().message());
    });
    settle();
  };
  ask();
  say("430[1]");
  say("430[2]");
  ask();
  say(R"(461-1[{"_placeholder":true,"num":0}])");
  EXPECT_THAT(answers, ElementsAre("1"));
  server->say(std::string("\x82\x02hi", 4));
  settle();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_THAT(answers[1], testing::HasSubstr("bytes"));
}

TEST_F(ClientAndLiar, AnAnswerToAnOldConnectionIsNotSentOnTheNext) {
  settle();
  std::vector<Ack<int>> owed;
  socket.on("slow", [&](Ack<int> done) { owed.push_back(done); });
  say(R"(427["slow"])");
  reconnect();
  say(R"(427["slow"])");
  ASSERT_EQ(owed.size(), 2U);
  owed[0](1);
  owed[1](2);
  settle();
  EXPECT_EQ(liar.texts.back(), "437[2]");
  EXPECT_THAT(liar.texts, testing::Not(testing::Contains("437[1]")));
}

TEST_F(ClientAndLiar, AnAcknowledgementOfWhatWasNotSentIsALie) {
  settle();
  join.clear();
  reconnect();
  socket.emit_with_ack("question").then([&](Reply<json> reply) {
    answers.push_back(reply ? reply->dump() : reply.error().message());
  });
  settle();
  say("430[1]");
  EXPECT_THAT(answers, IsEmpty());
}

// The last argument of an event may look like an offset, or not.
TEST_F(ClientAndLiar, RecoveryAsksFromTheLatestOffset) {
  settle();
  say(R"(42["stored",1,"OdR3kQ_"])");
  say(R"(42["stored",2,"OdR3kQa"])");
  say(R"(42["volatile","hello"])");
  say(R"(425["asks","OdR3kQz"])");
  EXPECT_EQ(reconnect(), R"(40{"offset":"OdR3kQa","pid":"secret"})");
  EXPECT_TRUE(socket.recovered());
  join = R"(40{"sid":"new","pid":"other"})";
  reconnect();
  EXPECT_FALSE(socket.recovered());
  EXPECT_EQ(reconnect(), R"(40{"pid":"other"})") << "the old offset is of another history";
  join = R"(40{"sid":"new"})";
  reconnect();
  EXPECT_FALSE(socket.recovered());
  EXPECT_EQ(reconnect(), "40") << "recovery is off now";
}

TEST_F(ClientAndLiar, MissedPacketsComeBeforeTheConnectAndMoveTheOffset) {
  settle();
  say(R"(42["stored",1,"OdR3kQ_"])");
  join.clear();
  log.clear();
  reconnect();
  say(R"(42["missed",2,"OdR3kQa"])");
  say(R"(40{"sid":"one","pid":"secret"})");
  EXPECT_TRUE(socket.recovered());
  EXPECT_THAT(log,
              ElementsAre("disconnect transport close", R"(missed[2,"OdR3kQa"])", "connect one"));
  EXPECT_EQ(reconnect(), R"(40{"offset":"OdR3kQa","pid":"secret"})");
}

}  // namespace
}  // namespace socketio::support
