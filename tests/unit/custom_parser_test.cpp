// SPDX-License-Identifier: MIT
// An application's own parser: what it throws is an error, packets of several messages are limited,
// and what it returns is checked like anything that a peer sends.
#include "codec/custom/packet.hpp"

#include <socketio/parser.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace socketio {
namespace {

using parser::Errc;
using parser::PacketType;
using parser::Role;

/// A text message `wait` is incomplete, `throw` throws; anything else completes `packet`.
class Scripted final : public CustomParser {
 public:
  std::vector<ParserMessage> encode(const ParserPacket& given) override {
    if (given.data == json{"throw"}) throw std::runtime_error("no such packet");
    if (given.data == json{"nothing"}) return {};
    encoded = given;
    return {"one", Bytes{2}, "three"};
  }
  std::unique_ptr<Decoder> make_decoder() override {
    ++decoders;
    return std::make_unique<ScriptedDecoder>(*this);
  }

  ParserPacket packet;
  ParserPacket encoded;
  int decoders = 0;

 private:
  class ScriptedDecoder final : public Decoder {
   public:
    explicit ScriptedDecoder(Scripted& parser) : parser_(parser) {}
    std::optional<ParserPacket> add(const ParserMessage& message) override {
      if (message == ParserMessage("throw")) throw std::runtime_error("no such message");
      if (message == ParserMessage("wait")) return std::nullopt;
      return parser_.packet;
    }

   private:
    Scripted& parser_;
  };
};

class CustomParserTest : public testing::Test {
 protected:
  Result<std::optional<parser::Packet>, Errc> decode(ParserPacket packet) {
    own->packet = std::move(packet);
    return decoder.add_text("done", document);
  }
  Errc error_of(ParserPacket packet) {
    const auto result = decode(std::move(packet));
    EXPECT_FALSE(result);
    return result ? Errc() : result.error();
  }

  std::shared_ptr<Scripted> own = std::make_shared<Scripted>();
  codec::Document document;
  custom::Decoder decoder{own, Role::server, {.attachments = 2, .packet_bytes = 100}};
};

using Type = ParserPacket::Type;

TEST_F(CustomParserTest, DecodesAPacketWithBinaryData) {
  const json data{"event", json::binary({1, 2}), "grüße"};
  const auto result = decode({.nsp = "/admin", .data = data, .id = 7});
  ASSERT_TRUE(result && *result);
  EXPECT_EQ((*result)->type, PacketType::event);
  EXPECT_EQ((*result)->nsp, "/admin");
  EXPECT_EQ((*result)->id, 7U);
  EXPECT_EQ((*result)->payload.to_json(), data);
  EXPECT_EQ((*result)->attachments.size(), 1U);
}

TEST_F(CustomParserTest, ChecksWhatItReturns) {
  EXPECT_EQ(error_of({.nsp = "admin", .data = {"event"}}), Errc::invalid_namespace);
  EXPECT_EQ(error_of({.nsp = "/\xff", .data = {"event"}}), Errc::invalid_namespace);
  EXPECT_EQ(error_of({.data = {"event"}, .id = parser::max_ack_id + 1}), Errc::invalid_id);
  EXPECT_EQ(error_of({.type = static_cast<Type>(5), .data = {"event"}}), Errc::unknown_type);
  EXPECT_EQ(error_of({}), Errc::invalid_payload);
  EXPECT_EQ(error_of({.data = json::object()}), Errc::invalid_payload);
  EXPECT_EQ(error_of({.data = {"connect"}}), Errc::reserved_event);
  EXPECT_EQ(error_of({.type = Type::connect_error, .data = "no"}), Errc::unknown_type);
  const json bytes = json::binary({1});
  EXPECT_EQ(error_of({.data = {"event", bytes, bytes, bytes}}), Errc::too_many_attachments);
  EXPECT_EQ(error_of({.data = {"event", std::string(400, 'a')}}), Errc::too_large);
  json deep = json::array();
  for (int i = 0; i < 130; ++i) deep = json::array({deep});
  EXPECT_EQ(error_of({.data = {"event", deep}}), Errc::invalid_json);
}

TEST_F(CustomParserTest, WhatItThrowsIsAnErrorAndItStartsAgain) {
  const auto result = decoder.add_text("throw", document);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), Errc::parser_threw);
  EXPECT_EQ(decoder.thrown(), "no such message");
  EXPECT_TRUE(decode({.data = {"event"}}));
  EXPECT_EQ(own->decoders, 2);
}

TEST_F(CustomParserTest, MessagesOfOnePacketAreLimited) {
  for (int i = 0; i < 25; ++i) {
    const auto result = decoder.add_text("wait", document);
    ASSERT_TRUE(result);
    EXPECT_TRUE(decoder.attachments_due());
  }
  const auto result = decoder.add_text("x", document);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), Errc::too_large);
  EXPECT_FALSE(decoder.attachments_due());
}

TEST_F(CustomParserTest, AFinishedPacketLeavesNothingDue) {
  ASSERT_TRUE(decoder.add_text("wait", document));
  ASSERT_TRUE(decode({.data = {"event"}}));
  EXPECT_FALSE(decoder.attachments_due());
}

TEST_F(CustomParserTest, EncodesToAnyMessages) {
  custom::Encoder encoder(own);
  const std::string text = R"(["event",{"_placeholder":true,"num":0}])";
  const std::vector<Bytes> attachments{{1, 2}};
  const auto encoded =
      encoder.encode({.nsp = "/admin", .id = 3, .payload = {text}, .attachments = attachments});
  ASSERT_TRUE(encoded);
  EXPECT_EQ(own->encoded.nsp, "/admin");
  EXPECT_EQ(own->encoded.id, 3U);
  EXPECT_EQ(own->encoded.data, (json{"event", json::binary({1, 2})}));
  std::vector<std::string> sent;
  parser::for_each_message(*encoded, [&](const engineio::Packet& message) {
    const bool is_text = message.content == engineio::Content::text;
    sent.push_back((is_text ? "text " : "binary ") + std::string(message.data));
  });
  EXPECT_EQ(sent, (std::vector<std::string>{"text one", "binary \2", "text three"}));
}

TEST_F(CustomParserTest, APacketThatCannotBeEncodedIsAnError) {
  custom::Encoder encoder(own);
  auto encoded = encoder.encode({.payload = {R"(["throw"])"}});
  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error(), Errc::parser_threw);
  EXPECT_EQ(encoder.thrown(), "no such packet");
  encoded = encoder.encode({.payload = {R"(["nothing"])"}});
  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error(), Errc::parser_threw);
}

TEST(CustomParserOption, ThereMustBeAParser) {
  EXPECT_THROW(Parser{Parser::custom}, std::invalid_argument);
  EXPECT_THROW(Parser(std::shared_ptr<Scripted>()), std::invalid_argument);
}

}  // namespace
}  // namespace socketio
