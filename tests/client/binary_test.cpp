// SPDX-License-Identifier: MIT
// Binary data in events and acknowledgements, at any depth.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

class Binary : public testing::TestWithParam<std::string> {
 protected:
  OfficialServer server;
  TestClient client{server, only(GetParam())};
  Log heard;
};
INSTANTIATE_TEST_SUITE_P(Transports, Binary, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

Bytes all_bytes() {
  Bytes bytes(256);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

TEST_P(Binary, GoesRound) {
  ASSERT_TRUE(client.connect());
  for (const Bytes& bytes : {Bytes{}, Bytes{0}, Bytes{0x1e, 0x1e}, all_bytes(), Bytes(100'000, 7)})
    EXPECT_EQ(ask<Bytes>(client.socket, "echo ack", bytes).value(), bytes);
}

TEST_P(Binary, IsABufferAtTheServer) {
  ASSERT_TRUE(client.connect());
  EXPECT_TRUE(ask<bool>(client.socket, "is buffer", Bytes{1, 2}).value());
  EXPECT_EQ(ask<int>(client.socket, "length", Bytes(70'000, 1)).value(), 70'000);
}

TEST_P(Binary, NestedInAnything) {
  const json value = {{"a", {1, json::binary({1, 2}), {{"b", json::binary({})}}}},
                      {"z", json::binary({0xff})}};
  client.socket.on("echo", [&](json came, int n, Bytes last) {
    EXPECT_EQ(came, value);
    EXPECT_EQ(n, 5);
    EXPECT_EQ(last, (Bytes{9, 9}));
    heard.add("echo");
  });
  ASSERT_TRUE(client.connect());
  client.socket.emit("echo", value, 5, Bytes{9, 9});
  ASSERT_TRUE(heard.wait_for("echo"));
  EXPECT_EQ(ask(client.socket, "echo ack", value).value(), value);
}

TEST_P(Binary, InContainersAndTypes) {
  ASSERT_TRUE(client.connect());
  const std::map<std::string, Bytes> map{{"a", {1}}, {"b", {2, 3}}};
  const auto reply = ask<std::map<std::string, Bytes>>(client.socket, "echo ack", map);
  EXPECT_EQ(*reply, map);
  const std::vector<Bytes> list{{1}, {}, {2}};
  EXPECT_EQ(ask<std::vector<Bytes>>(client.socket, "echo ack", list).value(), list);
}

TEST_P(Binary, ArraysOfJavaScriptAreBytes) {
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<Bytes>(client.socket, "value", "typed").value(), (Bytes{1, 0, 2, 0, 3, 0}));
  EXPECT_EQ(ask<Bytes>(client.socket, "value", "arrayBuffer").value(), (Bytes{9, 8, 7}));
}

TEST_P(Binary, AnswersOfTheClient) {
  client.socket.on("question", [](Bytes bytes) {
    bytes.push_back(0xaa);
    return bytes;
  });
  ASSERT_TRUE(client.connect());
  client.socket.emit("ask", "question", 5'000, Bytes{1, 2});
  server.log->wait_for("answer Buffer 0102aa");
}

TEST_P(Binary, OrderWithTextIsKept) {
  ASSERT_TRUE(client.connect());
  for (int i = 0; i < 100; ++i) {
    if (i % 2 == 0) {
      client.socket.emit("tell", i, Bytes{1});
    } else {
      client.socket.emit("tell", i, "text");
    }
  }
  server.log->wait_for_prefix("tell [99,");
  const Log::Lines told = server.said("tell");
  ASSERT_EQ(told.size(), 100U);
  for (std::size_t i = 0; i < told.size(); ++i)
    EXPECT_THAT(told[i], testing::StartsWith("tell [" + std::to_string(i) + ","));
}

TEST_P(Binary, PlaceholdersOfTheUserAreLeftAlone) {
  ASSERT_TRUE(client.connect());
  const json value = {{"_placeholder", true}, {"num", 0}};
  EXPECT_EQ(ask(client.socket, "echo ack", value).value(), value);
}

TEST_P(Binary, AsManyAttachmentsAsAllowed) {
  client.socket.on("many", [&](Arguments all) { heard.add(std::to_string(all.to_json().size())); });
  ASSERT_TRUE(client.connect());
  server.emit("many", json::array(), {{"buffers", std::vector<int>(10, 3)}});
  heard.wait_for("10");
}

TEST_P(Binary, MoreAttachmentsThanAllowedEndTheConnection) {
  client.socket.on("many", [&](Arguments) { heard.add("many"); });
  ASSERT_TRUE(client.connect());
  server.emit("many", json::array(), {{"buffers", std::vector<int>(11, 3)}});
  ASSERT_TRUE(client.log.wait_for("disconnect parse error"));
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  client.expect_served();
  EXPECT_TRUE(heard.lines().empty());
}

TEST_P(Binary, LimitOfAttachmentsCanBeRaised) {
  ClientOptions options = only(GetParam());
  options.attachments = 100;
  TestClient tolerant(server, options);
  tolerant.socket.on("many",
                     [&](Arguments all) { heard.add(std::to_string(all.to_json().size())); });
  ASSERT_TRUE(tolerant.connect());
  server.emit("many", json::array(), {{"buffers", std::vector<int>(100, 1)}});
  heard.wait_for("100");
}

}  // namespace
}  // namespace socketio::support
