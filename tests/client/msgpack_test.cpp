// SPDX-License-Identifier: MIT
// socket.io-msgpack-parser at both ends.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::string_literals;

class Msgpack : public testing::TestWithParam<std::string> {
 protected:
  static ClientOptions options() {
    ClientOptions options = only(GetParam());
    options.parser = Parser::msgpack;
    return options;
  }
  OfficialServer server{json::object(), {{"parser", "msgpack"}}};
  TestClient client{server, options()};
  Log heard;
};
INSTANTIATE_TEST_SUITE_P(Transports, Msgpack, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(Msgpack, EveryTypeGoesRound) {
  ASSERT_TRUE(client.connect());
  const std::vector<json> values{nullptr,
                                 true,
                                 false,
                                 0,
                                 1,
                                 127,
                                 128,
                                 255,
                                 256,
                                 65'535,
                                 65'536,
                                 4'294'967'295,
                                 4'294'967'296,
                                 9'007'199'254'740'991,
                                 -1,
                                 -32,
                                 -33,
                                 -128,
                                 -129,
                                 -32'768,
                                 -32'769,
                                 -2'147'483'648,
                                 -2'147'483'649,
                                 -9'007'199'254'740'991,
                                 0.5,
                                 -0.125,
                                 1e-300,
                                 "",
                                 "ü € 😀 \u2028",
                                 "zero \0 inside"s,
                                 std::string(31, 'a'),
                                 std::string(32, 'a'),
                                 std::string(255, 'a'),
                                 std::string(256, 'a'),
                                 std::string(65'535, 'a'),
                                 std::string(65'536, 'a'),
                                 json::array(),
                                 json::object(),
                                 json(std::vector<int>(15, 1)),
                                 json(std::vector<int>(16, 1)),
                                 json(std::vector<int>(70'000, 1)),
                                 json::parse(R"({"a":[{"b":{"c":[[],{},null]}}],"":1})"),
                                 json::binary({}),
                                 json::binary({0, 255}),
                                 json::binary(Bytes(256, 1)),
                                 json::binary(Bytes(70'000, 2))};
  for (const json& value : values)
    EXPECT_EQ(ask(client.socket, "echo ack", value).value(), value)
        << value.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 80);
}

TEST_P(Msgpack, NumbersThatJsonLacksBecomeNull) {
  ASSERT_TRUE(client.connect());
  EXPECT_TRUE(ask(client.socket, "value", "nan").value().is_null());
  EXPECT_TRUE(ask(client.socket, "value", "infinity").value().is_null());
  EXPECT_TRUE(ask(client.socket, "echo ack", std::nan("")).value().is_null());
}

TEST_P(Msgpack, ValuesThatOnlyJavaScriptHas) {
  ASSERT_TRUE(client.connect());
  const auto value = [&](const char* name) { return ask(client.socket, "value", name).value(); };
  EXPECT_EQ(value("date"), "1970-01-01T00:00:00.000Z");
  EXPECT_TRUE(value("undefined").is_null());
  EXPECT_EQ(value("sparse"), json::parse("[1,null,3]"));
  EXPECT_EQ(value("text"), "\0 \u2028 😀 \"\\ é"s);
  EXPECT_EQ(ask<Bytes>(client.socket, "value", "arrayBuffer").value(), (Bytes{9, 8, 7}));
}

TEST_P(Msgpack, EventsBothWays) {
  client.socket.on("echo", [&](std::string text, Bytes bytes, json value) {
    heard.add(text + std::to_string(bytes.size()) + value.dump());
  });
  client.socket.on("question", [](int n) { return n * 2; });
  ASSERT_TRUE(client.connect());
  client.socket.emit("echo", "text", Bytes{1, 2, 3}, json{{"a", 1}});
  heard.wait_for(R"(text3{"a":1})");
  client.socket.emit("ask", "question", 5'000, 21);
  server.log->wait_for("answer 42");
  EXPECT_TRUE(ask<bool>(client.socket, "is buffer", Bytes{1}).value());
}

TEST_P(Msgpack, AuthNamespacesAndRefusals) {
  const ClientSocket admin =
      client.client.socket("/admin", {.auth = json{{"bytes", json::binary({1})}, {"n", 5}}});
  server.ask("refuse", {{"nsp", "/custom"}, {"message", "no"}, {"data", {{"code", 7}}}});
  client.join("/custom");
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask(admin, "handshake").value()["auth"]["n"], 5);
  ASSERT_TRUE(client.log.wait_for("/custom connect_error no"));
  EXPECT_EQ(client.latest("/custom connect_error").data, (json{{"code", 7}}));
  admin.disconnect();
  server.log->wait_for("disconnect /admin client namespace disconnect");
  server.ask("disconnect");
  ASSERT_TRUE(client.log.wait_for("disconnect io server disconnect"));
}

TEST_P(Msgpack, AttachmentsAreNotCounted) {
  client.socket.on("many", [&](Arguments all) { heard.add(std::to_string(all.to_json().size())); });
  ASSERT_TRUE(client.connect());
  server.emit("many", json::array(), {{"buffers", std::vector<int>(100, 3)}});
  ASSERT_TRUE(heard.wait_for("100"));
}

TEST_P(Msgpack, Recovers) {
  OfficialServer recovering(
      json{{"connectionStateRecovery", {{"maxDisconnectionDuration", 60'000}}}},
      {{"parser", "msgpack"}});
  TestClient other(recovering, options());
  other.socket.on("news", [&](int n) { heard.add(std::to_string(n)); });
  ASSERT_TRUE(other.connect());
  recovering.emit("news", {1});
  ASSERT_TRUE(heard.wait_for("1"));
  recovering.ask("cut");
  ASSERT_TRUE(other.log.wait_for("recovered"));
}

TEST_P(Msgpack, ServerThatSpeaksJson) {
  OfficialServer standard;
  TestClient other(standard, options());
  other.start();
  // The server closes connections on which it cannot read the packets.
  ASSERT_TRUE(other.log.wait_for("open", 2));
  EXPECT_FALSE(other.socket.connected());
}

TEST_P(Msgpack, ClientThatSpeaksJson) {
  TestClient other(server, only(GetParam()));
  other.start();
  ASSERT_TRUE(other.log.wait_for("open", 2));
  EXPECT_FALSE(other.socket.connected());
}

TEST_P(Msgpack, UnreadablePackets) {
  ASSERT_TRUE(client.connect());
  // Not a map, an invalid type, an invalid namespace, and a packet that is cut off.
  const json bad_packets = {"AQ==", "gaR0eXBlCQ==", "gqR0eXBlAqNuc3AF", "gqR0eXBl"};
  for (std::size_t i = 0; i < bad_packets.size(); ++i) {
    server.ask("raw", {{"base64", bad_packets[i]}});
    ASSERT_TRUE(client.log.wait_for("disconnect parse error", i + 1)) << bad_packets[i];
    ASSERT_TRUE(client.log.wait_for("connect", i + 2));
  }
  server.ask("raw", {{"text", "2[\"text\"]"}});
  ASSERT_TRUE(client.log.wait_for("disconnect parse error", bad_packets.size() + 1));
}

}  // namespace
}  // namespace socketio::support
