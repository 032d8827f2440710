// SPDX-License-Identifier: MIT
// Complete Socket.IO packets: what each type may contain, and binary packets with
// their attachments.
#include "codec/socketio/text_decoder.hpp"

#include <socketio/json_writer.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace socketio::parser;
using namespace std::string_literals;
using socketio::Bytes;
using socketio::json;
using socketio::codec::Document;

class SocketioDecoder : public testing::Test {
 protected:
  /// The result of one text message with a new decoder.
  socketio::Result<std::optional<Packet>, Errc> add(std::string_view text,
                                                    Role role = Role::server) {
    decoder_ = TextDecoder(role, {});
    return decoder_.add_text(text, document_);
  }
  template <class E>
  static std::string refusal(const E& result) {
    return result ? "accepted" : std::to_string(static_cast<int>(result.error()));
  }
  static std::string name_of(Errc error) { return std::to_string(static_cast<int>(error)); }

  Document document_;
  TextDecoder decoder_{Role::server, {}};
};

TEST_F(SocketioDecoder, AcceptsTextPackets) {
  const struct {
    std::string text;
    PacketType type;
    std::string nsp;
    json payload;
  } cases[] = {
      {"0", PacketType::connect, "/", nullptr},
      {"0/,", PacketType::connect, "/", nullptr},
      {"0/adm", PacketType::connect, "/adm", nullptr},
      {"0/adm,", PacketType::connect, "/adm", nullptr},
      {"0{\"a\":1}", PacketType::connect, "/", {{"a", 1}}},
      {"1", PacketType::disconnect, "/", nullptr},
      {"1/adm,", PacketType::disconnect, "/adm", nullptr},
      {"2[\"e\"]", PacketType::event, "/", {"e"}},
      {"2[5,1]", PacketType::event, "/", {5, 1}},
      {"2[2.5]", PacketType::event, "/", {2.5}},
      {"2[\"error\",\"x\"]", PacketType::event, "/", {"error", "x"}},
      {"2[\"message\"]", PacketType::event, "/", {"message"}},
      {"2[\"\"]", PacketType::event, "/", {""}},
      {"2 [\"e\"] ", PacketType::event, "/", {"e"}},
      {"2/adm,[\"e\",null]", PacketType::event, "/adm", {"e", nullptr}},
      {"2", PacketType::event, "/", nullptr},
      {"2/adm,7", PacketType::event, "/adm", nullptr},
      {"3", PacketType::ack, "/", nullptr},
      {"31", PacketType::ack, "/", nullptr},
      {"3/adm,", PacketType::ack, "/adm", nullptr},
      {"3[1]", PacketType::ack, "/", {1}},
      {"31[]", PacketType::ack, "/", json::array()},
      {"3/adm,0[1]", PacketType::ack, "/adm", {1}},
  };
  for (const auto& sample : cases) {
    const auto packet = add(sample.text);
    ASSERT_TRUE(packet && packet->has_value()) << sample.text << ' ' << refusal(packet);
    EXPECT_EQ((*packet)->type, sample.type) << sample.text;
    EXPECT_EQ((*packet)->nsp, sample.nsp) << sample.text;
    EXPECT_EQ((*packet)->payload.to_json(), sample.payload) << sample.text;
    EXPECT_FALSE(decoder_.attachments_due());
    EXPECT_EQ((*packet)->storage, nullptr);
  }
}

TEST_F(SocketioDecoder, HandsOutIdAndText) {
  const auto packet = add("2/adm,7[\"e\", {\"_placeholder\":true,\"num\":5}]");
  ASSERT_TRUE(packet && packet->has_value());
  EXPECT_EQ((*packet)->id, 7u);
  EXPECT_EQ((*packet)->text, "[\"e\", {\"_placeholder\":true,\"num\":5}]");
  EXPECT_TRUE((*packet)->attachments.empty());
  EXPECT_EQ(add("2[\"e\"]").value()->id, std::nullopt);
  EXPECT_EQ(add("20[\"e\"]").value()->id, 0u);
}

TEST_F(SocketioDecoder, RefusesTextPackets) {
  const struct {
    Errc error;
    std::vector<std::string> texts;
  } cases[] = {
      {Errc::empty_packet, {""}},
      {Errc::unknown_type, {"7", "9", "x", " 2[\"e\"]", "4{\"message\":\"x\"}", "4\"x\"", "4"}},
      {Errc::invalid_payload,
       {"0[]",
        "0\"x\"",
        "0null",
        "05[]",
        "0true",
        "1{}",
        "1[]",
        "1null",
        "2[]",
        "2{}",
        "2\"x\"",
        "2null",
        "2[null]",
        "2[true]",
        "2[{}]",
        "2[[]]",
        "2[{\"toString\":\"foo\"}]",
        "31{}",
        "31null",
        "31\"x\"",
        "51-{}",
        "51-[]",
        "51-[{\"_placeholder\":true,\"num\":0}]",
        "61-1{}"}},
      {Errc::invalid_json,
       {"0,", "0/adm,,", "2,", "2[\"e\"]x", "2[\"e\"", "2[\"e\"]]", "2[\"e\",]", "2 1[\"a\"]",
        "2-1[\"a\"]", "21e5[\"a\"]", "2 7 [\"a\"]", "2/adm[\"e\",1]", "2\xef\xbb\xbf[\"e\"]",
        "2[\"\xff\"]", "51-[\"e\"", "2[\"e\"]\0"s, "2[\"e\"]\n[\"f\"]", "51-[\"e\"]trailing"}},
      {Errc::invalid_id, {"29007199254740992[\"e\"]", "2123456789012345678901234567890[\"e\"]"}},
      {Errc::reserved_event,
       {"2[\"connect\"]", "2[\"connect_error\"]", "2[\"disconnect\",\"123\"]",
        "2[\"disconnecting\"]", "2[\"newListener\"]", "27[\"removeListener\"]",
        "2[\"\\u0063onnect\"]", "51-[\"connect\",{\"_placeholder\":true,\"num\":0}]"}},
      {Errc::invalid_attachment_count,
       {"5", "5-", "5x-[\"e\"]", "51e1-[\"e\"]", "50x5-[\"e\"]", "5 1-[\"e\"]", "5+1-[\"e\"]",
        "5-1-[\"e\"]", "51.0-[\"e\"]", "50-[\"a\"]", "5[\"x\"]", "60-1[]"}},
      {Errc::too_many_attachments, {"511-[\"a\"]", "5999999999999-[\"a\"]"}},
  };
  for (const auto& [error, texts] : cases) {
    for (const std::string& text : texts) {
      EXPECT_EQ(refusal(add(text)), name_of(error)) << text;
      EXPECT_FALSE(decoder_.attachments_due()) << text;
    }
  }
}

TEST_F(SocketioDecoder, OnlyAClientTakesConnectErrors) {
  for (const std::string text : {"4{\"message\":\"x\"}", "4\"x\"", "4/adm,{}"}) {
    const auto packet = add(text, Role::client);
    ASSERT_TRUE(packet && packet->has_value()) << text;
    EXPECT_EQ((*packet)->type, PacketType::connect_error);
  }
  for (const std::string text : {"4", "4[]", "4null", "41", "4true"}) {
    EXPECT_EQ(refusal(add(text, Role::client)), name_of(Errc::invalid_payload)) << text;
  }
  EXPECT_TRUE(add("0{\"sid\":\"a\"}", Role::client));
}

TEST_F(SocketioDecoder, DepthAndNodesAreLimited) {
  EXPECT_TRUE(add("2[\"e\"," + std::string(127, '[') + "1" + std::string(127, ']') + "]"));
  for (const std::size_t depth : {128u, 10'000u, 400'000u}) {
    EXPECT_EQ(
        refusal(add("2[\"e\"," + std::string(depth, '[') + "1" + std::string(depth, ']') + "]")),
        name_of(Errc::invalid_json));
  }
  socketio::codec::Document narrow(socketio::codec::JsonLimits{.nodes = 4});
  EXPECT_TRUE(decoder_.add_text("2[\"e\",1,2]", narrow));
  EXPECT_EQ(refusal(decoder_.add_text("2[\"e\",1,2,3]", narrow)), name_of(Errc::invalid_json));
}

TEST_F(SocketioDecoder, WaitsForAttachments) {
  const auto first = add(
      "52-/"
      "adm,3[\"e\",{\"a\":{\"_placeholder\":true,\"num\":1}},{\"_placeholder\":true,\"num\":0}]");
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->has_value());
  EXPECT_TRUE(decoder_.attachments_due());
  const auto second = decoder_.add_binary("\1\2", document_);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->has_value());
  const auto third = decoder_.add_binary("\3", document_);
  ASSERT_TRUE(third && third->has_value());
  EXPECT_FALSE(decoder_.attachments_due());
  const Packet& packet = **third;
  EXPECT_EQ(packet.type, PacketType::event);
  EXPECT_EQ(packet.nsp, "/adm");
  EXPECT_EQ(packet.id, 3u);
  EXPECT_EQ(packet.attachments.size(), 2u);
  EXPECT_EQ(packet.text,
            "[\"e\",{\"a\":{\"_placeholder\":true,\"num\":1}},{\"_placeholder\":true,\"num\":0}]");
  EXPECT_EQ(packet.payload.to_json(),
            (json::array({"e", {{"a", json::binary({3})}}, json::binary({1, 2})})));
}

TEST_F(SocketioDecoder, BinaryAcksArriveAsAcks) {
  ASSERT_TRUE(add("61-7[{\"_placeholder\":true,\"num\":0}]"));
  const auto packet = decoder_.add_binary("", document_);
  ASSERT_TRUE(packet && packet->has_value());
  EXPECT_EQ((*packet)->type, PacketType::ack);
  EXPECT_EQ((*packet)->id, 7u);
  EXPECT_EQ((*packet)->payload.to_json(), json::array({json::binary({})}));
}

TEST_F(SocketioDecoder, APacketWithAttachmentsOutlivesTheNextCall) {
  ASSERT_TRUE(add("51-/adm,[\"e\"]"));
  const auto packet = decoder_.add_binary("abc", document_);
  ASSERT_TRUE(packet && packet->has_value());
  ASSERT_TRUE(decoder_.add_text("2[\"other\"]", document_));
  decoder_ = TextDecoder(Role::server, {});
  EXPECT_EQ((*packet)->nsp, "/adm");
  EXPECT_EQ((*packet)->text, "[\"e\"]");
  EXPECT_EQ((*packet)->attachments[0], (Bytes{'a', 'b', 'c'}));
}

TEST_F(SocketioDecoder, AttachmentsNeedNotBeReferenced) {
  ASSERT_TRUE(
      add("52-[\"e\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":1}]"));
  ASSERT_TRUE(decoder_.add_binary("a", document_));
  const auto packet = decoder_.add_binary("b", document_);
  ASSERT_TRUE(packet && packet->has_value());
  EXPECT_EQ((*packet)->payload.to_json(),
            (json::array({"e", json::binary({'b'}), json::binary({'b'})})));

  ASSERT_TRUE(add("51-[\"e\"]"));
  EXPECT_TRUE(decoder_.add_binary("a", document_).value().has_value());
}

TEST_F(SocketioDecoder, PlaceholdersMustNameAnAttachment) {
  for (const std::string num :
       {"1", "-1", "0.5", "\"splice\"", "\"0\"", "null", "true", "[]", "1e999"}) {
    const auto text = add("51-[\"e\",{\"_placeholder\":true,\"num\":" + num + "}]");
    if (!text) {
      EXPECT_EQ(num, "1e999");
      continue;
    }
    EXPECT_EQ(refusal(decoder_.add_binary("a", document_)), name_of(Errc::invalid_placeholder))
        << num;
    EXPECT_FALSE(decoder_.attachments_due());
  }
  ASSERT_TRUE(add("51-[\"hello\",{\"_placeholder\":true}]"));
  EXPECT_EQ(refusal(decoder_.add_binary("a", document_)), name_of(Errc::invalid_placeholder));
}

TEST_F(SocketioDecoder, MessagesOutOfTurn) {
  EXPECT_EQ(refusal(decoder_.add_binary("a", document_)), name_of(Errc::unexpected_binary));
  ASSERT_TRUE(add("51-[\"e\"]"));
  EXPECT_EQ(refusal(decoder_.add_text("2[\"e\"]", document_)), name_of(Errc::unexpected_text));
  EXPECT_TRUE(decoder_.attachments_due());
  decoder_.reset();
  EXPECT_FALSE(decoder_.attachments_due());
  EXPECT_TRUE(decoder_.add_text("2[\"e\"]", document_));
  ASSERT_TRUE(add("51-[\"e\"]"));
  ASSERT_TRUE(decoder_.add_binary("a", document_));
  EXPECT_EQ(refusal(decoder_.add_binary("b", document_)), name_of(Errc::unexpected_binary));
}

TEST_F(SocketioDecoder, LimitsTheAttachmentCount) {
  ASSERT_TRUE(add("510-[\"e\"]"));
  for (int i = 0; i < 9; ++i) ASSERT_FALSE(decoder_.add_binary("a", document_).value().has_value());
  EXPECT_TRUE(decoder_.add_binary("a", document_).value().has_value());
  EXPECT_FALSE(add("511-[\"e\"]"));
}

TEST_F(SocketioDecoder, LimitsTheBytesOfAPacket) {
  const std::string text = "52-[\"e\"]";
  const Limits limits{.packet_bytes = text.size() + 10};
  decoder_ = TextDecoder(Role::server, limits);
  ASSERT_TRUE(decoder_.add_text(text, document_));
  ASSERT_TRUE(decoder_.add_binary("123456", document_));
  EXPECT_TRUE(decoder_.add_binary("1234", document_).value().has_value());

  ASSERT_TRUE(decoder_.add_text(text, document_));
  ASSERT_TRUE(decoder_.add_binary("123456", document_));
  EXPECT_EQ(refusal(decoder_.add_binary("12345", document_)), name_of(Errc::too_large));
  EXPECT_FALSE(decoder_.attachments_due());

  const std::string event = "2[\"e\"]";
  decoder_ = TextDecoder(Role::server, {.packet_bytes = event.size()});
  EXPECT_TRUE(decoder_.add_text(event, document_));
  EXPECT_EQ(refusal(decoder_.add_text(event + " ", document_)), name_of(Errc::too_large));
}

TEST_F(SocketioDecoder, RoundTripOfNestedAttachments) {
  const json sent = json::array({"e",
                                 json::binary({1, 2, 3}),
                                 {{"deep", json::array({1, {{"x", json::binary({})}}})}},
                                 json::array({json::array({json::binary(Bytes(1'000, 0xff))})}),
                                 "\xf0\x9f\x98\x80",
                                 nullptr});
  socketio::TextBuffer payload;
  std::vector<Bytes> attachments;
  socketio::JsonWriter(payload, attachments).value(sent);
  std::string text;
  append_header(
      text,
      {.type = PacketType::binary_event, .attachments = attachments.size(), .nsp = "/n", .id = 1});
  text += payload.view();

  auto result = add(text);
  for (const Bytes& bytes : attachments) {
    ASSERT_TRUE(result && !result->has_value());
    result =
        decoder_.add_binary({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, document_);
  }
  ASSERT_TRUE(result && result->has_value());
  EXPECT_EQ((*result)->payload.to_json(), sent);
}

TEST(SocketioDecoderSize, AnIdleDecoderIsSmall) { EXPECT_LE(sizeof(TextDecoder), 40u); }

}  // namespace
