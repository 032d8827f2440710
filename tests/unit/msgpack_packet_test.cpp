// SPDX-License-Identifier: MIT
// Packets of socket.io-msgpack-parser: what it sends is understood, what we send is what it would
// send, and everything else is refused. Most samples were written by that parser (3.0.2, with
// notepack.io 2.2.0).
#include "codec/msgpack/packet.hpp"
#include "support/hex.hpp"

#include <socketio/json_writer.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace socketio::msgpack {
namespace {

using parser::PacketType;
using parser::Role;
using support::from_hex;
using support::to_hex;
using PacketErrc = parser::Errc;

class MsgpackPacket : public testing::Test {
 protected:
  auto add(std::string_view message, Role role = Role::client, const parser::Limits& limits = {}) {
    decoder_ = Decoder(role, limits);
    return decoder_.add_binary(message, document_);
  }
  void expect(std::string_view hex, PacketType type, std::string_view nsp,
              std::optional<std::uint64_t> id, const json& payload) {
    const auto packet = add(from_hex(hex));
    ASSERT_TRUE(packet && packet->has_value()) << hex << ": " << refusal(packet);
    EXPECT_EQ((*packet)->type, type) << hex;
    EXPECT_EQ((*packet)->nsp, nsp) << hex;
    EXPECT_EQ((*packet)->id, id) << hex;
    EXPECT_EQ((*packet)->payload.to_json(), payload) << hex;
  }
  void refuse(std::string_view hex, PacketErrc error, Role role = Role::client) {
    EXPECT_EQ(refusal(add(from_hex(hex), role)), std::to_string(static_cast<int>(error))) << hex;
  }
  template <class E>
  static std::string refusal(const E& result) {
    return result ? "accepted" : std::to_string(static_cast<int>(result.error()));
  }
  std::string encoded(const parser::Header& header, std::vector<Bytes> attachments = {}) {
    const auto message =
        encoder_.encode({header.type, header.nsp, header.id, {header.payload}, attachments});
    return message ? to_hex(message->message)
                   : "error " + std::to_string(static_cast<int>(message.error()));
  }

  codec::Document document_;
  Decoder decoder_{Role::client, {}};
  Encoder encoder_;
};

TEST_F(MsgpackPacket, UnderstandsWhatTheParserSends) {
  expect(
      "84a47479706502a46461746192a463686174a26869a76f7074696f6e7381a8636f6d7072657373c3a36e7370a12"
      "f",
      PacketType::event, "/", {}, {"chat", "hi"});
  expect(
      "85a47479706502a46461746192a16501a76f7074696f6e7381a8636f6d7072657373c3a2696407a36e7370a42f61"
      "646d",
      PacketType::event, "/adm", 7, {"e", 1});
  expect("83a47479706500a464617461d40000a36e7370a12f", PacketType::connect, "/", {}, nullptr);
  expect("83a47479706500a46461746181a5746f6b656ea3616263a36e7370a42f61646d", PacketType::connect,
         "/adm", {}, {{"token", "abc"}});
  expect("83a47479706500a46461746182a3736964a27331a3706964d40000a36e7370a12f", PacketType::connect,
         "/", {}, {{"sid", "s1"}});
  expect("82a47479706501a36e7370a42f61646d", PacketType::disconnect, "/adm", {}, nullptr);
  expect("84a47479706503a2696407a46461746190a36e7370a12f", PacketType::ack, "/", 7, json::array());
  expect("83a47479706504a46461746182a76d657373616765a26e6fa464617461c0a36e7370a12f",
         PacketType::connect_error, "/", {}, {{"message", "no"}, {"data", nullptr}});
  expect("83a47479706504a464617461a26e6fa36e7370a12f", PacketType::connect_error, "/", {}, "no");
}

TEST_F(MsgpackPacket, UnderstandsEveryKindOfValueThatTheParserSends) {
  // Buffer, ArrayBuffer, an empty Buffer in an object.
  expect("83a47479706502a46461746194a162c403010203c70200040581a178c400a36e7370a12f",
         PacketType::event, "/", {},
         {"b", json::binary({1, 2, 3}), json::binary({4, 5}), {{"x", json::binary({})}}});
  // undefined, {a: undefined, b: 1}, a Date, NaN, -Infinity, 1.5, an invalid Date
  expect(
      "83a47479706502a46461746198a175d4000082a161d40000a16201d7000000018bcfe5687bcb7ff8000000000000"
      "cbfff0000000000000cb3ff8000000000000d7000000000000000000a36e7370a12f",
      PacketType::event, "/", {},
      {"u",
       nullptr,
       {{"b", 1}},
       "2023-11-14T22:13:20.123Z",
       nullptr,
       nullptr,
       1.5,
       "1970-01-01T00:00:00.000Z"});
  expect(
      "83a47479706502a464617461dc0015a169007fcc80ccffcd0100cdffffce00010000ceffffffffcf00000001"
      "00000000cf001fffffffffffffffe0d0dfd080d1ff7fd18000d2ffff7fffd280000000d3ffffffff7fffffff"
      "d3ffe0000000000001a36e7370a12f",
      PacketType::event, "/", {},
      {"i",
       0,
       127,
       128,
       255,
       256,
       65535,
       65536,
       4294967295,
       4294967296,
       9007199254740991,
       -1,
       -32,
       -33,
       -128,
       -129,
       -32768,
       -32769,
       -2147483648,
       -2147483649,
       -9007199254740991});
  expect("83a47479706502a46461746198a163c3c2c0809081a16181a1629190a9c3a9e282acf09f9880a36e7370a12f",
         PacketType::event, "/", {},
         {"c",
          true,
          false,
          nullptr,
          json::object(),
          json::array(),
          {{"a", {{"b", json::array({json::array()})}}}},
          "é€😀"});
}

/// An event with one argument, whose bytes are `hex`.
std::string event_with(std::string_view hex) {
  return "83a36e7370a12fa47479706502a46461746192a165" + std::string(hex);
}

TEST_F(MsgpackPacket, UnderstandsWhatOtherEncodersSend) {
  const auto argument = [&](std::string_view hex, const json& value) {
    expect(event_with(hex), PacketType::event, "/", {}, {"e", value});
  };
  argument("ca3fc00000", 1.5);
  argument("cfffffffffffffffff", 18446744073709551615u);
  argument("d38000000000000000", std::numeric_limits<std::int64_t>::min());
  argument("d300000000000000ff", 255);
  argument("d900", "");
  argument("da000161", "a");
  argument("db0000000161", "a");
  argument("dc0000", json::array());
  argument("dd0000000101", {1});
  argument("de0001a16101", {{"a", 1}});
  argument("df00000000", json::object());
  argument("c5000107", json::binary({7}));
  argument("c60000000107", json::binary({7}));
  argument("c800010007", json::binary({7}));
  argument("c9000000010007", json::binary({7}));
  argument("a2c328", "\xef\xbf\xbd(");
  // Extensions of other types become [type, bytes]; -1 is the standard's timestamp.
  argument("d40509", {5, json::binary({9})});
  argument("d5000102", {0, json::binary({1, 2})});
  argument("d6ff00000001", {-1, json::binary({0, 0, 0, 1})});
  argument("d7050102030405060708", {5, json::binary({1, 2, 3, 4, 5, 6, 7, 8})});
  argument("c70305010203", {5, json::binary({1, 2, 3})});
  argument("c70005", {5, json::binary({})});
  // Names that are not strings. If a name occurs more than once the last value counts.
  argument(
      "8601a161c0a162c3a163cbbff8000000000000a164d40000a165e0a166",
      {{"1", "a"}, {"null", "b"}, {"true", "c"}, {"-1.5", "d"}, {"undefined", "e"}, {"-32", "f"}});
  argument("82a16101a16102", {{"a", 2}});
  // Without binary data, an object that looks like a placeholder stays an object.
  argument("82ac5f706c616365686f6c646572c3a36e756d00", {{"_placeholder", true}, {"num", 0}});
}

TEST_F(MsgpackPacket, WritesDatesAsJavaScriptDoes) {
  const struct {
    std::string_view hex;
    json text;
  } cases[] = {{"0000000000000000", "1970-01-01T00:00:00.000Z"},
               {"ffffffffffffffff", "1969-12-31T23:59:59.999Z"},
               {"000000dd9aa6e000", "2000-02-29T00:00:00.000Z"},
               {"000003bc5c9b0c00", "2100-03-01T00:00:00.000Z"},
               {"ffffc77590fba000", "0000-01-01T00:00:00.000Z"},
               {"ffffc77590fb9fff", "-000001-12-31T23:59:59.999Z"},
               {"0000e677d21fdbff", "9999-12-31T23:59:59.999Z"},
               {"0000e677d21fdc00", "+010000-01-01T00:00:00.000Z"},
               {"001eb208c2dc0000", "+275760-09-13T00:00:00.000Z"},
               {"ffe14df73d240000", "-271821-04-20T00:00:00.000Z"},
               {"001eb208c2dc0001", nullptr},
               {"8000000000000000", nullptr}};
  for (const auto& [hex, text] : cases) {
    expect(event_with("d700" + std::string(hex)), PacketType::event, "/", {}, {"e", text});
  }
}

TEST_F(MsgpackPacket, TakesMembersInAnyOrderAndIgnoresOthers) {
  expect("86a46461746191a165a36e7370a12f c0c0 01a178 a3666f6f8191c403000000a1 6b a47479706502",
         PacketType::event, "/", {}, {"e"});
  // Members that occur twice: the last one counts. The first `data` had an attachment.
  expect("85a46461746192a165c40101a46461746191a166a36e7370a12fa36e7370a22f61a47479706502",
         PacketType::event, "/a", {}, {"f"});
  // Floats with integer values.
  expect("84a474797065cb4000000000000000a26964cb4008000000000000a36e7370a12fa46461746191a165",
         PacketType::event, "/", 3, {"e"});
}

TEST_F(MsgpackPacket, RefusesWhatIsNoPacket) {
  for (const char* hex :
       {"90", "c0", "01", "a0", "80", "c400", "83a36e7370a12fa46461746191a165a16101",
        "83a47479706505a36e7370a12fa46461746190",                  // type 5
        "83a474797065ffa36e7370a12fa46461746190",                  // -1
        "83a474797065a132a36e7370a12fa46461746190",                // "2"
        "83a474797065cb3ff8000000000000a36e7370a12fa46461746190",  // 1.5
        "83a474797065c0a36e7370a12fa46461746190"}) {
    refuse(hex, PacketErrc::unknown_type);
  }
  for (const char* hex :
       {"82a47479706502a46461746191a165", "83a47479706502a46461746191a165a36e737001",
        "83a47479706502a46461746191a165a36e7370c0", "83a47479706502a46461746191a165a36e7370c4012f",
        "83a47479706502a46461746191a165a36e7370a22fff", "83a47479706502a46461746191a165a36e7370a0",
        "83a47479706502a46461746191a165a36e7370a161"}) {
    refuse(hex, PacketErrc::invalid_namespace);
  }
  const std::string with_id = "84a47479706502a36e7370a12fa46461746191a165a26964";
  for (const char* id : {"ff", "c0", "a131", "cb3ff8000000000000", "cf0020000000000000", "90", "c3",
                         "cb7ff8000000000000", "cb7ff0000000000000", "cbbff0000000000000"}) {
    refuse(with_id + id, PacketErrc::invalid_id);
  }
  expect(with_id + "cf001fffffffffffff", PacketType::event, "/", parser::max_ack_id, {"e"});
  expect(with_id + "d40000", PacketType::event, "/", {}, {"e"});
  expect("83a47479706503a36e7370a12fa46461746190", PacketType::ack, "/", {}, json::array());
  EXPECT_EQ(refusal(add("")), std::to_string(static_cast<int>(PacketErrc::empty_packet)));
  EXPECT_EQ(refusal(decoder_.add_text("2[\"e\"]", document_)),
            std::to_string(static_cast<int>(PacketErrc::unexpected_text)));
}

TEST_F(MsgpackPacket, ChecksTheDataOfEachType) {
  const auto packet = [](int type, std::string_view data) {
    return "84a474797065" + to_hex(std::string(1, static_cast<char>(type))) +
           "a36e7370a12fa2696401a464617461" + std::string(data);
  };
  const struct {
    int type;
    std::vector<std::string> accepted, refused;
  } cases[] = {
      {0, {"d40000", "80"}, {"c0", "90", "a161", "01", "c40161", "c3"}},
      {1, {"d40000"}, {"c0", "80", "90", "01"}},
      {2, {"91a165", "9105"}, {"d40000", "c0", "90", "80", "a165", "91c0", "9180", "91c40161"}},
      {3, {"90", "91c0"}, {"d40000", "c0", "80", "a165", "c40161"}},
      {4, {"a165", "80"}, {"d40000", "c0", "90", "01", "c40161"}},
  };
  for (const auto& [type, accepted, refused] : cases) {
    for (const auto& data : accepted)
      EXPECT_TRUE(add(from_hex(packet(type, data)))) << type << data;
    for (const auto& data : refused) refuse(packet(type, data), PacketErrc::invalid_payload);
  }
  refuse(packet(2, "91a7636f6e6e656374"), PacketErrc::reserved_event);
  refuse(packet(4, "80"), PacketErrc::unknown_type, Role::server);
}

TEST_F(MsgpackPacket, RefusesWhatIsCutOffAtEachPosition) {
  for (const std::string& hex :
       {event_with("c403010203"), event_with("82a161d40000a1629301cdffffcb3ff8000000000000"),
        event_with("d7000000018bcfe5687b"), event_with("c70305010203"),
        event_with("d6ff00000001")}) {
    const std::string message = from_hex(hex);
    ASSERT_TRUE(add(message)) << hex;
    for (std::size_t size = 1; size < message.size(); ++size)
      refuse(to_hex(message.substr(0, size)), PacketErrc::invalid_msgpack);
    refuse(hex + "c0", PacketErrc::invalid_msgpack);
  }
}

TEST_F(MsgpackPacket, AnAnnouncedSizeCostsNothing) {
  for (const char* hex : {"ddffffffff", "dfffffffff", "dbffffffff", "c6ffffffff", "c9ffffffff00",
                          "c9ffffffff05", "df7fffffff", "dcffff", "deffff", "9f01", "8701"}) {
    refuse(hex, PacketErrc::invalid_msgpack);
    refuse(event_with(hex), PacketErrc::invalid_msgpack);
    refuse("84a178" + std::string(hex), PacketErrc::invalid_msgpack);
  }
}

TEST_F(MsgpackPacket, RefusesNamesAndBytesThatJsonCannotHold) {
  for (const char* hex : {"c1", "81c1c0", "819001", "818001", "81c4016101", "81d5000102c0",
                          "81d700000000000000000001", "81c7000501"}) {
    refuse(event_with(hex), PacketErrc::invalid_msgpack);
  }
}

TEST_F(MsgpackPacket, LimitsDepthAndValues) {
  const auto nested = [](std::string_view opening, std::size_t depth) {
    std::string hex = event_with("");
    for (std::size_t i = 0; i < depth; ++i) hex += opening;
    return hex + "01";
  };
  EXPECT_TRUE(add(from_hex(nested("91", 127))));
  refuse(nested("91", 128), PacketErrc::invalid_msgpack);
  EXPECT_TRUE(add(from_hex(nested("81a161", 127))));
  refuse(nested("81a161", 128), PacketErrc::invalid_msgpack);
  refuse(nested("91", 400'000), PacketErrc::invalid_msgpack);
  const std::string extension = nested("91", 125);
  EXPECT_TRUE(add(from_hex(extension.substr(0, extension.size() - 2) + "d40507")));
  const std::string deeper = nested("91", 126);
  refuse(deeper.substr(0, deeper.size() - 2) + "d40507", PacketErrc::invalid_msgpack);
  EXPECT_TRUE(add(from_hex(deeper.substr(0, deeper.size() - 2) + "c40107")));
  refuse(nested("91", 127).substr(0, deeper.size()) + "c40107", PacketErrc::invalid_msgpack);
  // The limit also applies to members that are ignored.
  std::string ignored = "84a178";
  for (int i = 0; i < 400'000; ++i) ignored += "91";
  EXPECT_TRUE(add(from_hex(ignored + "01" + event_with("01").substr(2))));

  const auto wide = [](std::size_t count) {
    std::string message = from_hex(event_with("dd"));
    for (int shift = 24; shift >= 0; shift -= 8) message += static_cast<char>(count >> shift);
    return message + std::string(count, '\1');
  };
  // The two arrays and the name count as well.
  EXPECT_TRUE(add(wide(499'997)));
  EXPECT_EQ(refusal(add(wide(499'998))),
            std::to_string(static_cast<int>(PacketErrc::invalid_msgpack)));
}

TEST_F(MsgpackPacket, LimitsAttachmentsAndBytes) {
  const auto with = [](int count) {
    std::string hex = "83a36e7370a12fa47479706502a464617461" +
                      to_hex(std::string(1, static_cast<char>(0x90 + count + 1))) + "a165";
    for (int i = 0; i < count; ++i) hex += "c40107";
    return hex;
  };
  EXPECT_TRUE(add(from_hex(with(10))));
  refuse(with(11), PacketErrc::too_many_attachments);

  const std::string message = from_hex(event_with("a161"));
  EXPECT_TRUE(add(message, Role::client, {.packet_bytes = message.size()}));
  EXPECT_EQ(refusal(add(message, Role::client, {.packet_bytes = message.size() - 1})),
            std::to_string(static_cast<int>(PacketErrc::too_large)));
  // A text of control characters is six times as long in JSON.
  const std::string controls = from_hex(event_with("d9c8")) + std::string(200, '\1');
  EXPECT_TRUE(add(controls, Role::client, {.packet_bytes = 500}));
  EXPECT_EQ(refusal(add(controls, Role::client, {.packet_bytes = controls.size()})),
            std::to_string(static_cast<int>(PacketErrc::too_large)));
}

TEST_F(MsgpackPacket, APacketWithAttachmentsOutlivesTheNextCall) {
  const auto packet = add(from_hex(event_with("c403010203")));
  ASSERT_TRUE(packet && packet->has_value());
  const parser::Packet& kept = **packet;
  ASSERT_TRUE(decoder_.add_binary(from_hex(event_with("c4020405")), document_));
  decoder_ = Decoder(Role::client, {});
  EXPECT_EQ(kept.nsp, "/");
  EXPECT_EQ(kept.text, "[\"e\",{\"_placeholder\":true,\"num\":0}]");
  ASSERT_EQ(kept.attachments.size(), 1u);
  EXPECT_EQ(kept.attachments[0], (Bytes{1, 2, 3}));
  EXPECT_FALSE(decoder_.attachments_due());
}

TEST_F(MsgpackPacket, ForgetsTheLastPacket) {
  ASSERT_TRUE(add(from_hex("84a47479706503a2696407a46461746191c3a36e7370a22f61")));
  EXPECT_EQ(refusal(decoder_.add_binary(from_hex("81a47479706501"), document_)),
            std::to_string(static_cast<int>(PacketErrc::invalid_namespace)));
  const auto packet = decoder_.add_binary(from_hex("82a47479706500a36e7370a12f"), document_);
  ASSERT_TRUE(packet);
  EXPECT_EQ((*packet)->text, "");
  EXPECT_EQ((*packet)->id, std::nullopt);
}

TEST_F(MsgpackPacket, SendsWhatTheParserWouldSend) {
  // Made with notepack.io, from objects with the members in this order.
  EXPECT_EQ(encoded({.payload = "[\"chat\",\"hi\"]"}),
            "83a47479706502a36e7370a12fa46461746192a463686174a26869");
  EXPECT_EQ(encoded({.nsp = "/adm", .id = 7, .payload = "[\"e\",1]"}),
            "84a47479706502a36e7370a42f61646da2696407a46461746192a16501");
  EXPECT_EQ(encoded({.type = PacketType::connect}), "82a47479706500a36e7370a12f");
  EXPECT_EQ(encoded({.type = PacketType::connect, .nsp = "/adm", .payload = "{\"token\":\"abc\"}"}),
            "83a47479706500a36e7370a42f61646da46461746181a5746f6b656ea3616263");
  EXPECT_EQ(encoded({.type = PacketType::disconnect, .nsp = "/adm"}),
            "82a47479706501a36e7370a42f61646d");
  EXPECT_EQ(encoded({.type = PacketType::ack,
                     .attachments = 1,
                     .id = 300,
                     .payload = "[{\"_placeholder\":true,\"num\":0}]"},
                    {{1, 2}}),
            "84a47479706503a36e7370a12fa26964cd012ca46461746191c4020102");
  EXPECT_EQ(encoded({.type = PacketType::connect_error, .payload = "{\"message\":\"no\"}"}),
            "83a47479706504a36e7370a12fa46461746181a76d657373616765a26e6f");
  EXPECT_EQ(encoded({.payload = "[\"i\",0,127,128,255,256,65535,65536,4294967295,4294967296,"
                                "9007199254740991,-1,-32,-33,-128,-129,-32768,-32769,-2147483648,"
                                "-2147483649,-9007199254740991,1.5,true,false,null,{},[],"
                                "{\"a\":{\"b\":[[]]}},\"é€😀\"]"}),
            "83a47479706502a36e7370a12fa464617461dc001da169007fcc80ccffcd0100cdffffce00010000ceffff"
            "ffffcf0000000100000000cf001fffffffffffffffe0d0dfd080d1ff7fd18000d2ffff7fffd280000000d3"
            "ffffffff7fffffffd3ffe0000000000001cb3ff8000000000000c3c2c0809081a16181a1629190a9c3a9e2"
            "82acf09f9880");
}

TEST_F(MsgpackPacket, WritesLengthsInTheirShortestForm) {
  const struct {
    std::size_t size;
    std::string_view string, array, binary, map;
  } cases[] = {{15, "af", "9f", "c40f", "8f"},
               {16, "b0", "dc0010", "c410", "de0010"},
               {31, "bf", "dc001f", "c41f", "de001f"},
               {32, "d920", "dc0020", "c420", "de0020"},
               {255, "d9ff", "dc00ff", "c4ff", "de00ff"},
               {256, "da0100", "dc0100", "c50100", "de0100"},
               {65535, "daffff", "dcffff", "c5ffff", "deffff"},
               {65536, "db00010000", "dd00010000", "c600010000", "df00010000"}};
  for (const auto& sample : cases) {
    const std::size_t size = sample.size;
    json members = json::object();
    for (std::size_t i = 0; i < size; ++i) members[std::to_string(i)] = 1;
    const auto begin = [&](const json& value, std::string_view expected) {
      TextBuffer text;
      std::string out;
      std::vector<Bytes> attachments;
      JsonWriter(text, attachments).value(value);
      const auto parsed = document_.parse(text.view(), attachments);
      ASSERT_TRUE(parsed);
      append_value(out, *parsed);
      EXPECT_EQ(to_hex(out.substr(0, expected.size() / 2)), expected) << size;
    };
    begin(std::string(size, 'x'), sample.string);
    begin(json(std::vector<int>(size, 1)), sample.array);
    begin(json::binary(Bytes(size, 1)), sample.binary);
    begin(members, sample.map);
  }
}

TEST_F(MsgpackPacket, WhatWeSendComesBack) {
  const std::string text =
      "[\"e\",{\"_placeholder\":true,\"num\":1},{\"n\":[1e300,-0.5,"
      "18446744073709551615,-9223372036854775808,1e20]},"
      "{\"_placeholder\":true,\"num\":0}]";
  const std::vector<Bytes> attachments = {{1}, {2, 3}};
  const auto out =
      encoder_.encode({.nsp = "/x", .id = 1, .payload = {text}, .attachments = attachments});
  ASSERT_TRUE(out.has_value());
  const auto packet = add(std::string(out->message), Role::server);
  ASSERT_TRUE(packet && packet->has_value());
  const json received = (*packet)->payload.to_json();
  EXPECT_EQ(received, document_.parse(text, attachments)->to_json());
}

TEST_F(MsgpackPacket, RefusesToSendWhatHasNoForm) {
  const auto error = [](PacketErrc code) {
    return "error " + std::to_string(static_cast<int>(code));
  };
  EXPECT_EQ(encoded({.payload = "[\"e\""}), error(PacketErrc::invalid_json));
  EXPECT_EQ(encoded({.payload = "[{\"_placeholder\":true,\"num\":1}]"}, {{1}}),
            error(PacketErrc::invalid_placeholder));
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + "1" + std::string(depth, ']');
  };
  EXPECT_EQ(encoded({.payload = nested(1024)}).substr(0, 6), "83a474");
  EXPECT_EQ(encoded({.payload = nested(1025)}), error(PacketErrc::invalid_json));
}

}  // namespace
}  // namespace socketio::msgpack
