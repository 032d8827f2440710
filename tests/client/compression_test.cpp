// SPDX-License-Identifier: MIT
// permessage-deflate with an official server; a relay counts the bytes that are really sent.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace socketio::support {
namespace {

constexpr int text_bytes = 400'000;

class Deflate : public testing::Test {
 protected:
  OfficialServer server{json{{"perMessageDeflate", {{"threshold", 0}}}}};
  Relay relay{server.port};

  static ClientOptions with_threshold(std::optional<std::size_t> bytes) {
    ClientOptions options = only("websocket");
    options.deflate_threshold_bytes = bytes;
    return options;
  }
  std::string offered() {
    return server.requests("UPGRADE").back()["headers"].value("sec-websocket-extensions", "");
  }
  int carried(const char* direction) { return relay.ask("carried")[direction]; }
};

TEST_F(Deflate, CompressesBothWays) {
  TestClient client(relay.url(), with_threshold(0));
  ASSERT_TRUE(client.connect());
  EXPECT_THAT(offered(), testing::HasSubstr("permessage-deflate"));
  EXPECT_EQ(ask<int>(client.socket, "length", std::string(text_bytes, 'x')).value(), text_bytes);
  EXPECT_LT(carried("up"), 20'000);
  EXPECT_EQ(ask<std::string>(client.socket, "text", text_bytes).value().size(),
            static_cast<std::size_t>(text_bytes));
  EXPECT_LT(carried("down"), 20'000);
}

TEST_F(Deflate, EveryValueComesThrough) {
  TestClient client(relay.url(), with_threshold(0));
  ASSERT_TRUE(client.connect());
  std::string noise;
  unsigned state = 1;
  for (int i = 0; i < 200'000; ++i) {
    state = state * 1664525U + 1013904223U;
    noise.push_back(static_cast<char>('a' + (state >> 28)));
  }
  for (const std::size_t size : {0U, 1U, 5U, 125U, 126U, 1'000U, 65'535U, 65'536U, 200'000U}) {
    const std::string text = noise.substr(0, size);
    EXPECT_EQ(ask<std::string>(client.socket, "echo ack", text).value(), text);
    const Bytes bytes(text.begin(), text.end());
    EXPECT_EQ(ask<Bytes>(client.socket, "echo ack", bytes).value(), bytes);
  }
}

TEST_F(Deflate, SmallMessagesAreLeftAlone) {
  TestClient client(relay.url(), with_threshold(1'000'000));
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<int>(client.socket, "length", std::string(text_bytes, 'x')).value(), text_bytes);
  EXPECT_GT(carried("up"), text_bytes);
}

TEST_F(Deflate, NotOfferedIfNotWanted) {
  TestClient client(relay.url(), with_threshold(std::nullopt));
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(offered(), "");
  EXPECT_EQ(ask<std::string>(client.socket, "text", text_bytes).value().size(),
            static_cast<std::size_t>(text_bytes));
  EXPECT_GT(carried("down"), text_bytes);
}

TEST_F(Deflate, NotForEventsThatSayNo) {
  TestClient client(relay.url(), with_threshold(0));
  ASSERT_TRUE(client.connect());
  const auto reply = wait(client.socket.compress(Compress::no)
                              .emit_with_ack<int>("length", std::string(text_bytes, 'x')));
  EXPECT_EQ(*reply, text_bytes);
  EXPECT_GT(carried("up"), text_bytes);
}

TEST_F(Deflate, NotForAttachmentsOfEventsThatSayNo) {
  TestClient client(relay.url(), with_threshold(0));
  ASSERT_TRUE(client.connect());
  const Bytes bytes(static_cast<std::size_t>(text_bytes), 7);
  wait(client.socket.compress(Compress::no).emit_with_ack<Bytes>("echo ack", bytes));
  EXPECT_GT(carried("up"), text_bytes);
}

TEST_F(Deflate, NotForMessagePackThatSaysNo) {
  OfficialServer packing(json{{"perMessageDeflate", {{"threshold", 0}}}}, {{"parser", "msgpack"}});
  Relay packed(packing.port);
  ClientOptions options = with_threshold(0);
  options.parser = Parser::msgpack;
  TestClient client(packed.url(), options);
  ASSERT_TRUE(client.connect());
  wait(client.socket.compress(Compress::no)
           .emit_with_ack<int>("length", std::string(text_bytes, 'x')));
  EXPECT_GT(packed.ask("carried")["up"].get<int>(), text_bytes);
}

TEST_F(Deflate, ServersMayDecline) {
  OfficialServer plain;
  TestClient client(plain, with_threshold(0));
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<int>(client.socket, "length", std::string(text_bytes, 'x')).value(), text_bytes);
}

TEST_F(Deflate, WithoutContextTakeoverAndWithSmallWindows) {
  for (const json& agreed :
       {json{{"serverNoContextTakeover", true}}, json{{"clientNoContextTakeover", true}},
        json{{"serverMaxWindowBits", 9}}, json{{"clientMaxWindowBits", 10}}}) {
    json deflate = agreed;
    deflate["threshold"] = 0;
    OfficialServer strict(json{{"perMessageDeflate", deflate}});
    TestClient client(strict, with_threshold(0));
    ASSERT_TRUE(client.connect()) << agreed;
    for (int i = 0; i < 3; ++i) {
      const std::string text(50'000, static_cast<char>('a' + i));
      EXPECT_EQ(ask<std::string>(client.socket, "echo ack", text).value(), text) << agreed;
    }
  }
}

TEST_F(Deflate, AfterAnUpgrade) {
  TestClient client(relay.url(), {.deflate_threshold_bytes = 0});
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.wait_for_transport("websocket"));
  EXPECT_EQ(ask<int>(client.socket, "length", std::string(text_bytes, 'x')).value(), text_bytes);
  EXPECT_LT(carried("up"), 20'000);
}

TEST_F(Deflate, PollingAnswersOfAServerThatCompresses) {
  OfficialServer compressing(json{{"httpCompression", {{"threshold", 0}}}});
  TestClient client(compressing, only("polling"));
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<std::string>(client.socket, "text", text_bytes).value().size(),
            static_cast<std::size_t>(text_bytes));
}

// A message that must not be allocated in one piece must not be inflated in one piece either.
TEST_F(Deflate, BombIsBounded) {
  ClientOptions options = with_threshold(0);
  options.max_payload_bytes = 1'000'000;
  TestClient client(server, options);
  ASSERT_TRUE(client.connect());
  client.socket.emit_with_ack<std::string>("text", 20'000'000).then([](const auto&) {});
  ASSERT_TRUE(client.log.wait_for("disconnect transport error"));
  ASSERT_TRUE(client.log.wait_for("connect", 2));
}

}  // namespace
}  // namespace socketio::support
