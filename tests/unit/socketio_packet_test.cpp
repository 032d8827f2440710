// SPDX-License-Identifier: MIT
// The syntax of Socket.IO packets in text form: type, attachments, namespace, id. Each packet that
// is written is read back.
#include "codec/socketio/packet.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace socketio::parser;
using namespace std::string_literals;

TEST(SocketioHeader, Decodes) {
  struct Case {
    std::string text;
    Header header;
  };
  const std::vector<Case> cases = {
      {"0", {.type = PacketType::connect}},
      {"0/,", {.type = PacketType::connect, .nsp = "/"}},
      {"0/adm", {.type = PacketType::connect, .nsp = "/adm"}},
      {"0/adm,", {.type = PacketType::connect, .nsp = "/adm"}},
      {"0/adm?x=1,{}", {.type = PacketType::connect, .nsp = "/adm?x=1", .payload = "{}"}},
      {"0{\"a\":1}", {.type = PacketType::connect, .payload = "{\"a\":1}"}},
      {"0,", {.type = PacketType::connect, .payload = ","}},
      {"1/adm,", {.type = PacketType::disconnect, .nsp = "/adm"}},
      {"2[\"e\"]", {.payload = "[\"e\"]"}},
      {"27[\"e\"]", {.id = 7, .payload = "[\"e\"]"}},
      {"20[\"e\"]", {.id = 0, .payload = "[\"e\"]"}},
      {"2007[]", {.id = 7, .payload = "[]"}},
      {"2/adm,12[]", {.nsp = "/adm", .id = 12, .payload = "[]"}},
      {"2/adm[\"e\"]", {.nsp = "/adm[\"e\"]"}},
      {"2/adm[\"e\",1]", {.nsp = "/adm[\"e\"", .id = 1, .payload = "]"}},
      {"29007199254740991[]", {.id = 9007199254740991, .payload = "[]"}},
      {"3/a,1[]", {.type = PacketType::ack, .nsp = "/a", .id = 1, .payload = "[]"}},
      {"4{}", {.type = PacketType::connect_error, .payload = "{}"}},
      {"51-[]", {.type = PacketType::binary_event, .attachments = 1, .payload = "[]"}},
      {"510-/adm,3[]",
       {.type = PacketType::binary_event,
        .attachments = 10,
        .nsp = "/adm",
        .id = 3,
        .payload = "[]"}},
      {"62-4[]", {.type = PacketType::binary_ack, .attachments = 2, .id = 4, .payload = "[]"}},
      {"51--1[]", {.type = PacketType::binary_event, .attachments = 1, .payload = "-1[]"}},
      {"2 1[\"a\"]", {.payload = " 1[\"a\"]"}},
      {"2-1[]", {.payload = "-1[]"}},
      {"21e5[]", {.id = 1, .payload = "e5[]"}},
      {"2\xef\xbb\xbf[]", {.payload = "\xef\xbb\xbf[]"}},
  };
  for (const Case& sample : cases) {
    const auto header = decode_header(sample.text, {});
    ASSERT_TRUE(header) << sample.text;
    EXPECT_EQ(header->type, sample.header.type) << sample.text;
    EXPECT_EQ(header->attachments, sample.header.attachments) << sample.text;
    EXPECT_EQ(header->nsp, sample.header.nsp) << sample.text;
    EXPECT_EQ(header->id, sample.header.id) << sample.text;
    EXPECT_EQ(header->payload, sample.header.payload) << sample.text;
  }
}

TEST(SocketioHeader, RefusesUnknownTypes) {
  EXPECT_EQ(decode_header("", {}).error(), Errc::empty_packet);
  for (const std::string& text : {"7"s, "8[]"s, "9"s, "x"s, " 2[]"s, "-"s,
                                  "\xef\xbb\xbf"
                                  "2[]"s,
                                  "\0"s, "/"s, "[\"e\"]"s}) {
    const auto header = decode_header(text, {});
    ASSERT_FALSE(header) << text;
    EXPECT_EQ(header.error(), Errc::unknown_type) << text;
  }
}

TEST(SocketioHeader, RefusesAttachmentCounts) {
  for (const std::string text :
       {"5", "51", "5-", "5-[]", "5x-[]", "51e1-[]", "50x5-[]", "5 1-[]", "51 -[]", "5+1-[]",
        "5-1-[]", "51.0-[]", "50-[]", "500-[]", "5[\"e\"]", "5/adm,1-[]", "6", "60-[]", "6[]"}) {
    const auto header = decode_header(text, {});
    ASSERT_FALSE(header) << text;
    EXPECT_EQ(header.error(), Errc::invalid_attachment_count) << text;
  }
  for (const std::string text :
       {"511-[]", "5999999999999-[]", "599999999999999999999999999999-[]", "611-[]"}) {
    const auto header = decode_header(text, {});
    ASSERT_FALSE(header) << text;
    EXPECT_EQ(header.error(), Errc::too_many_attachments) << text;
  }
  EXPECT_TRUE(decode_header("53-[]", {.attachments = 3}));
  EXPECT_FALSE(decode_header("54-[]", {.attachments = 3}));
  EXPECT_FALSE(decode_header("51-[]", {.attachments = 0}));
}

TEST(SocketioHeader, RefusesIds) {
  for (const std::string text : {"29007199254740992[]", "218446744073709551616[]",
                                 "2123456789012345678901234567890[]", "3/a,9007199254740992[]"}) {
    const auto header = decode_header(text, {});
    ASSERT_FALSE(header) << text;
    EXPECT_EQ(header.error(), Errc::invalid_id) << text;
  }
}

TEST(SocketioHeader, RoundTrip) {
  const std::optional<std::uint64_t> ids[] = {std::nullopt, 0, 1, max_ack_id};
  for (int type = 0; type <= 6; ++type) {
    for (const std::string nsp : {"/", "/adm", "/a/b?c=d"}) {
      for (const auto& id : ids) {
        for (const std::string payload : {"", "[\"e\",1]"}) {
          const bool binary = type >= 5;
          const Header sent{.type = static_cast<PacketType>(type),
                            .attachments = binary ? 3u : 0u,
                            .nsp = nsp,
                            .id = id};
          std::string text;
          append_header(text, sent);
          text += payload;
          const auto read = decode_header(text, {});
          ASSERT_TRUE(read) << text;
          EXPECT_EQ(read->type, sent.type) << text;
          EXPECT_EQ(read->attachments, sent.attachments) << text;
          EXPECT_EQ(read->nsp, sent.nsp) << text;
          EXPECT_EQ(read->id, sent.id) << text;
          EXPECT_EQ(read->payload, payload) << text;
        }
      }
    }
  }
}

TEST(SocketioHeader, WritesAsTheProtocolSays) {
  std::string text = "4";
  append_header(text,
                {.type = PacketType::binary_event, .attachments = 2, .nsp = "/adm", .id = 12});
  EXPECT_EQ(text, "452-/adm,12");
}

TEST(SocketioHeader, ReservedEvents) {
  for (const std::string name : {"connect", "connect_error", "disconnect", "disconnecting",
                                 "newListener", "removeListener"}) {
    EXPECT_TRUE(is_reserved_event(name)) << name;
  }
  for (const std::string name :
       {"", "error", "message", "Connect", "connection", "connect ", "__proto__"}) {
    EXPECT_FALSE(is_reserved_event(name)) << name;
  }
}

}  // namespace
