// SPDX-License-Identifier: MIT
// The client with socket.io-msgpack-parser, against a server that behaves as that parser does.
#include "codec/msgpack/packet.hpp"
#include "support/client_town.hpp"
#include "support/lying_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using parser::PacketType;
using testing::ElementsAre;

class ClientMsgpack : public testing::Test {
 protected:
  explicit ClientMsgpack(const codec::JsonLimits& json_limits = {}) {
    liar.script = [this](LyingServer::Connection& connection, const http::Request& request) {
      connection.accept_websocket(request);
      connection.say_text(
          R"(0{"sid":"engine","upgrades":[],"pingInterval":25000,"pingTimeout":20000})");
      server = &connection;
    };
    liar.on_binary = [this](LyingServer::Connection&, std::string_view message) { take(message); };
    core::ManagerOptions options;
    options.engine.transports = {engine::TransportName::websocket};
    options.parser = Parser::msgpack;
    options.json = json_limits;
    manager = std::make_shared<core::Manager>(loop, connector, gate, options);
    socket = ClientSocket(manager->socket("/chat", {.auth = json{{"user", 7}}}));
    socket.on_disconnect(
        [this](DisconnectReason why) { log.push_back(std::string(to_string(why))); });
    loop.run_for(milliseconds(10));
  }
  ~ClientMsgpack() override {
    manager->end();
    gate->close();
    loop.settle();
    manager->drop();
    EXPECT_TRUE(loop.run_until_idle());
    EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
  }
  void take(std::string_view message) {
    const auto result = decoder.add_binary(message, document);
    if (!result || !*result) return log.push_back("no packet");
    const parser::Packet& packet = **result;
    std::string line = std::to_string(static_cast<int>(packet.type)) + std::string(packet.nsp);
    if (packet.id) line += "#" + std::to_string(*packet.id);
    if (!packet.text.empty()) line += packet.payload.to_json().dump();
    log.push_back(line);
  }
  void say(PacketType type, std::string_view text, std::optional<std::uint64_t> id = {},
           const std::vector<Bytes>& attachments = {}, std::string_view nsp = "/chat") {
    msgpack::Encoder encoder;
    const auto packet = encoder.encode({type, nsp, id, {text}, attachments});
    ASSERT_TRUE(packet.has_value());
    server->say_binary(std::string(packet->message));
    loop.run_for(milliseconds(10));
  }

  SimulatedLoop loop{1};
  Network network{loop};
  LyingServer liar{network};
  SimulatedConnector connector{loop, liar.dial()};
  std::shared_ptr<LoopGate> gate = std::make_shared<LoopGate>(loop);
  std::shared_ptr<core::Manager> manager;
  ClientSocket socket;
  LyingServer::Connection* server = nullptr;
  msgpack::Decoder decoder{parser::Role::server, {}};
  codec::Document document;
  std::vector<std::string> log;
};

TEST_F(ClientMsgpack, EventsAndAnswersBothWays) {
  say(PacketType::event, R"(["early",1])");
  int early = 0;
  socket.on("early", [&](int n) { early = n; });
  say(PacketType::connect, R"({"sid":"one"})");
  EXPECT_TRUE(socket.connected());
  EXPECT_EQ(early, 1) << "kept until it had joined";
  socket.on("reverse", [](Bytes bytes) { return Bytes(bytes.rbegin(), bytes.rend()); });
  say(PacketType::event, R"(["reverse",{"_placeholder":true,"num":0}])", 4, {{1, 2, 3}});
  socket.emit("say", "hi", Bytes{1, 2});
  std::vector<Bytes> answers;
  socket.emit_with_ack<Bytes>("ask").then(
      [&](Reply<Bytes> reply) { answers.push_back(*std::move(reply)); });
  loop.run_for(milliseconds(10));
  say(PacketType::ack, R"([{"_placeholder":true,"num":0}])", 0, {{9}});
  EXPECT_THAT(answers, ElementsAre(Bytes{9}));
  socket.disconnect();
  loop.run_for(milliseconds(10));
  EXPECT_THAT(
      log, ElementsAre(R"(0/chat{"user":7})", R"(3/chat#4[{"bytes":[3,2,1],"subtype":null}])",
                       R"(2/chat["say","hi",{"bytes":[1,2],"subtype":null}])", R"(2/chat#0["ask"])",
                       "io client disconnect", "1/chat"));
}

TEST_F(ClientMsgpack, WhatIsNoPacketEndsTheConnection) {
  say(PacketType::connect, R"({"sid":"one"})");
  log.clear();
  server->say_text("42/chat,[\"text\"]");
  loop.run_for(milliseconds(10));
  EXPECT_THAT(log, ElementsAre("parse error"));
  ASSERT_TRUE(loop.run_until([&] { return log.size() == 2; }));
  say(PacketType::connect, R"({"sid":"two"})");
  ASSERT_TRUE(socket.connected());
  server->say_binary("\xc1");
  loop.run_for(milliseconds(10));
  EXPECT_EQ(log.back(), "parse error");
}

TEST_F(ClientMsgpack, TheEndSendsWhatStandsBehindADisconnectWithoutIt) {
  const ClientSocket news(manager->socket("/news", {}));
  say(PacketType::connect, R"({"sid":"one"})");
  say(PacketType::connect, R"({"sid":"two"})", {}, {}, "/news");
  liar.answers_pings = false;
  log.clear();
  socket.emit("a");
  socket.disconnect();
  news.emit("b");
  loop.run_for(milliseconds(10));
  manager->end();
  gate->close();
  loop.settle();
  manager->drop();
  loop.run_for(milliseconds(10));
  EXPECT_THAT(log, ElementsAre("io client disconnect", R"(2/chat["a"])", R"(2/news["b"])"));
}

/// Deeper than a packet may be.
json bottomless() {
  json value = 1;
  for (int level = 0; level < 1'100; ++level) {
    json outer = json::array();
    outer.push_back(std::move(value));
    value = std::move(outer);
  }
  return value;
}

TEST_F(ClientMsgpack, WhatIsNoPacketIsNotSentAndItsAnswerSaysSo) {
  std::vector<std::string> answers;
  const auto ask = [&](const ClientSocket& asked, const std::string& when) {
    asked.emit_with_ack("deep", bottomless()).then([&answers, when](const Reply<json>& reply) {
      answers.push_back(when + (reply.error() == Errc::dropped ? " dropped" : " ?"));
    });
    loop.run_for(milliseconds(10));
  };
  ask(socket, "before");
  EXPECT_THAT(answers, testing::IsEmpty());
  say(PacketType::connect, R"({"sid":"one"})");
  EXPECT_THAT(answers, ElementsAre("before dropped"));
  ask(socket, "connected");
  EXPECT_THAT(answers, ElementsAre("before dropped", "connected dropped"));
  // Another try would not help.
  const ClientSocket retrying(
      manager->socket("/retrying", {.retries = 1'000'000, .ack_timeout = std::chrono::seconds(1)}));
  loop.run_for(milliseconds(10));
  msgpack::Encoder encoder;
  const auto packet =
      encoder.encode({PacketType::connect, "/retrying", {}, {R"({"sid":"two"})"}, {}});
  ASSERT_TRUE(packet.has_value());
  server->say_binary(std::string(packet->message));
  loop.run_for(milliseconds(10));
  ask(retrying, "retried");
  EXPECT_THAT(answers, ElementsAre("before dropped", "connected dropped", "retried dropped"));
}

class ClientMsgpackOfFewValues : public ClientMsgpack {
 protected:
  ClientMsgpackOfFewValues() : ClientMsgpack({.nodes = 5}) {}
};

TEST_F(ClientMsgpackOfFewValues, MoreEndTheConnection) {
  say(PacketType::connect, R"({"sid":"one"})");
  say(PacketType::event, R"(["x",1,2,3])");
  EXPECT_TRUE(socket.connected());
  say(PacketType::event, R"(["x",1,2,3,4])");
  EXPECT_EQ(log.back(), "parse error");
}

}  // namespace
}  // namespace socketio::support
