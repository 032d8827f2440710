// SPDX-License-Identifier: MIT
// A parser of the application's own at both ends: CBOR, here in C++ and there in JavaScript.
#include "client/support/test_client.hpp"

#include <gtest/gtest.h>

#include <cbor_parser.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace socketio::support {
namespace {

/// The event `throw` cannot be encoded.
class MoodyParser final : public CustomParser {
 public:
  std::vector<ParserMessage> encode(const ParserPacket& packet) override {
    if (packet.data == json{"throw"}) throw std::runtime_error("thrown on purpose");
    return cbor_.encode(packet);
  }
  std::unique_ptr<Decoder> make_decoder() override { return cbor_.make_decoder(); }

 private:
  example::CborParser cbor_;
};

class CustomParserClient : public testing::TestWithParam<std::string> {
 protected:
  static ClientOptions options() {
    ClientOptions options = only(GetParam());
    options.parser = std::make_shared<MoodyParser>();
    return options;
  }
  OfficialServer server{json::object(), {{"parser", "cbor"}}};
  TestClient client{server, options()};
  Log heard;
};
INSTANTIATE_TEST_SUITE_P(Transports, CustomParserClient, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(CustomParserClient, ValuesAndBinaryDataGoRound) {
  ASSERT_TRUE(client.connect());
  for (const json& value : std::vector<json>{nullptr, true, -1, 4'294'967'296, 0.5, "grüße 😀",
                                             json::parse(R"({"a":[{"b":[]}]})"),
                                             json::binary({0, 255}), json::binary(Bytes(70'000))}) {
    EXPECT_EQ(ask(client.socket, "echo ack", value).value(), value);
  }
}

TEST_P(CustomParserClient, EventsAndQuestionsBothWays) {
  client.socket.on("echo", [&](std::string text, Bytes bytes, json value) {
    heard.add(text + std::to_string(bytes.size()) + value.dump());
  });
  client.socket.on("question", [](int n) { return n * 2; });
  ASSERT_TRUE(client.connect());
  client.socket.emit("echo", "text", Bytes{1, 2, 3}, json{{"a", 1}});
  heard.wait_for(R"(text3{"a":1})");
  client.socket.emit("ask", "question", 5'000, 21);
  server.log->wait_for("answer 42");
}

TEST_P(CustomParserClient, NamespacesAndRefusals) {
  const ClientSocket admin = client.client.socket("/admin", {.auth = json{{"n", 5}}});
  server.ask("refuse", {{"nsp", "/custom"}, {"message", "no"}, {"data", {{"code", 7}}}});
  client.join("/custom");
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask(admin, "handshake").value()["auth"]["n"], 5);
  ASSERT_TRUE(client.log.wait_for("/custom connect_error no"));
}

TEST_P(CustomParserClient, APacketThatCannotBeEncodedEndsTheConnection) {
  ASSERT_TRUE(client.connect());
  client.socket.emit("throw");
  ASSERT_TRUE(client.log.wait_for("disconnect parse error"));
  ASSERT_TRUE(client.log.wait_for("connect"));
}

}  // namespace
}  // namespace socketio::support
