// SPDX-License-Identifier: MIT
// Engine.IO packets in text form, and the handshake in the open packet.
#include "codec/engineio/packet.hpp"

#include <socketio/json.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace socketio::engineio;
using namespace std::string_literals;
using std::chrono::milliseconds;

TEST(EngineioPacket, DecodesEveryType) {
  const struct {
    std::string text;
    PacketType type;
    std::string data;
  } cases[] = {
      {"0{}", PacketType::open, "{}"},
      {"1", PacketType::close, ""},
      {"2", PacketType::ping, ""},
      {"2probe", PacketType::ping, "probe"},
      {"3probe", PacketType::pong, "probe"},
      {"4", PacketType::message, ""},
      {"4\xe2\x82\xac", PacketType::message, "\xe2\x82\xac"},
      {"4b", PacketType::message, "b"},
      {"5", PacketType::upgrade, ""},
      {"6", PacketType::noop, ""},
      {"44\0"s, PacketType::message, "4\0"s},
  };
  for (const auto& sample : cases) {
    std::string storage;
    const auto packet = decode_text(sample.text, storage);
    ASSERT_TRUE(packet) << sample.text;
    EXPECT_EQ(packet->type, sample.type) << sample.text;
    EXPECT_EQ(packet->content, Content::text);
    EXPECT_EQ(packet->data, sample.data);
    std::string again;
    append_text(again, *packet);
    EXPECT_EQ(again, sample.text);
  }
}

TEST(EngineioPacket, RefusesUnknownTypes) {
  std::string storage;
  EXPECT_EQ(decode_text("", storage).error(), Errc::empty_packet);
  for (const std::string& text :
       {"7"s, "9"s, "abc"s, " 4a"s, "B"s, "-1"s, "/"s, ":"s, "\0"s, "\xff"s,
        "\xef\xbb\xbf"
        "4"s}) {
    const auto packet = decode_text(text, storage);
    ASSERT_FALSE(packet) << text;
    EXPECT_EQ(packet.error(), Errc::unknown_type) << text;
  }
}

TEST(EngineioPacket, BinaryTravelsAsBase64) {
  const struct {
    std::string text;
    std::string data;
  } cases[] = {{"b", ""},
               {"bAA==", "\0"s},
               {"bAQID", "\1\2\3"},
               {"b+/8=", "\xfb\xff"},
               {"bAQIDBA==", "\1\2\3\4"}};
  for (const auto& sample : cases) {
    std::string storage;
    const auto packet = decode_text(sample.text, storage);
    ASSERT_TRUE(packet) << sample.text;
    EXPECT_EQ(packet->type, PacketType::message);
    EXPECT_EQ(packet->content, Content::binary);
    EXPECT_EQ(packet->data, sample.data);
    std::string again;
    append_text(again, *packet);
    EXPECT_EQ(again, sample.text);
  }
}

// The Java client writes a line feed after every 76 characters and at the end.
TEST(EngineioPacket, Base64MayComeInLines) {
  const std::string line(76, 'A');
  const struct {
    std::string text;
    std::string data;
  } cases[] = {{"bAAEe/w==\n", "\x00\x01\x1e\xff"s},
               {"bAQID\n", "\1\2\3"},
               {"bAQ\r\nID\r\n", "\1\2\3"},
               {"b" + line + "\n", std::string(57, '\0')},
               {"b" + line + "\n" + line + "\nAQ==\n", std::string(114, '\0') + "\1"},
               {"b\n", ""}};
  for (const auto& sample : cases) {
    std::string storage;
    const auto packet = decode_text(sample.text, storage);
    ASSERT_TRUE(packet) << sample.text;
    EXPECT_EQ(packet->type, PacketType::message);
    EXPECT_EQ(packet->content, Content::binary);
    EXPECT_EQ(packet->data, sample.data);
  }
}

TEST(EngineioPacket, RefusesSloppyBase64) {
  for (const std::string text : {"b!!!", "b=", "bA", "bAA", "bAA=", "bAAB=", "bAA A", "bAQID\nA",
                                 "bAQ ID", "bAQID\n=", "b-_8=", "bAB==", "bAQI=AQID"}) {
    std::string storage;
    const auto packet = decode_text(text, storage);
    ASSERT_FALSE(packet) << text;
    EXPECT_EQ(packet.error(), Errc::invalid_base64) << text;
  }
}

TEST(EngineioHandshake, HasExactlyFiveMembers) {
  EXPECT_EQ(HandshakeEncoder({.upgrades = {"websocket"}}).encode("lv_VI97HAXpY6yYWAAAC"),
            R"({"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,)"
            R"("pingTimeout":20000,"maxPayload":1000000})");
  EXPECT_EQ(HandshakeEncoder({.ping_interval = milliseconds(300),
                              .ping_timeout = milliseconds(200),
                              .max_payload_bytes = 1})
                .encode("a"),
            R"({"sid":"a","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1})");
}

TEST(EngineioHandshake, EachHasItsOwnSid) {
  HandshakeEncoder encoder({.upgrades = {"websocket"}});
  for (const std::string& sid : {std::string(200, 'x'), std::string("a"), std::string("b\"c")}) {
    const auto read = decode_handshake(encoder.encode(sid));
    ASSERT_TRUE(read) << sid;
    EXPECT_EQ(read->sid, sid);
    EXPECT_EQ(read->upgrades, std::vector<std::string>{"websocket"});
  }
}

TEST(EngineioHandshake, RoundTrip) {
  const Handshake sent{.sid = "x\"\xc3\xa9",
                       .upgrades = {"websocket", "webtransport"},
                       .ping_interval = milliseconds(1),
                       .ping_timeout = std::chrono::hours(24),
                       .max_payload_bytes = 123};
  const auto read = decode_handshake(HandshakeEncoder(sent).encode(sent.sid));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->sid, sent.sid);
  EXPECT_EQ(read->upgrades, sent.upgrades);
  EXPECT_EQ(read->ping_interval, sent.ping_interval);
  EXPECT_EQ(read->ping_timeout, sent.ping_timeout);
  EXPECT_EQ(read->max_payload_bytes, 123u);
}

class EngineioHandshakeMember : public testing::Test {
 protected:
  /// Takes a valid handshake and replaces one member, or removes it if `value` is discarded.
  static bool accepts(const std::string& member, const socketio::json& value) {
    socketio::json handshake = {{"sid", "a"},
                                {"upgrades", {"websocket"}},
                                {"pingInterval", 25000},
                                {"pingTimeout", 20000},
                                {"maxPayload", 10}};
    if (value.is_discarded()) {
      handshake.erase(member);
    } else {
      handshake[member] = value;
    }
    const auto read = decode_handshake(handshake.dump());
    return bool(read);
  }
  const socketio::json absent{socketio::json::value_t::discarded};
};

TEST_F(EngineioHandshakeMember, MustBeSane) {
  EXPECT_TRUE(accepts("extra", {1, 2}));
  for (const auto& bad : {socketio::json(""), socketio::json(1), socketio::json(nullptr), absent})
    EXPECT_FALSE(accepts("sid", bad)) << bad;
  for (const auto& bad :
       {socketio::json("websocket"), socketio::json({1}), socketio::json(nullptr), absent}) {
    EXPECT_FALSE(accepts("upgrades", bad)) << bad;
  }
  for (const std::string member : {"pingInterval", "pingTimeout"}) {
    for (const auto& bad :
         {socketio::json(-1), socketio::json(-0.5), socketio::json(2'147'483'648),
          socketio::json("25000"), socketio::json(1e300), socketio::json(nullptr), absent}) {
      EXPECT_FALSE(accepts(member, bad)) << member << bad;
    }
    for (const auto& good : {socketio::json(0), socketio::json(1), socketio::json(2'147'483'647),
                             socketio::json(300.0), socketio::json(1.5)}) {
      EXPECT_TRUE(accepts(member, good)) << member << good;
    }
  }
  for (const auto& bad :
       {socketio::json(-1), socketio::json(0.5), socketio::json("1"), socketio::json(nullptr)})
    EXPECT_FALSE(accepts("maxPayload", bad)) << bad;
}

TEST(EngineioHandshake, APartOfAMillisecondCountsAsOne) {
  const auto read =
      decode_handshake(R"({"sid":"a","upgrades":[],"pingInterval":0,"pingTimeout":0.25})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ping_interval, milliseconds(0));
  EXPECT_EQ(read->ping_timeout, milliseconds(1));
}

TEST(EngineioHandshake, NoMaxPayloadIsNoLimit) {
  const auto read =
      decode_handshake(R"({"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":1})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->max_payload_bytes, 0u);
}

TEST(EngineioHandshake, MustBeAnObject) {
  for (const std::string text : {"", "{", "[]", "null", "\"a\"", "{}", "1"}) {
    const auto read = decode_handshake(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error(), Errc::invalid_handshake);
  }
}

}  // namespace
