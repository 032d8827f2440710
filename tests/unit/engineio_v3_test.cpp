// SPDX-License-Identifier: MIT
// Packets and payloads of Engine.IO protocol 3: lengths in UTF-16 code units or in bytes, binary
// packets with their type, and what is no payload.
#include "codec/engineio/v3.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace socketio::engineio;
using namespace std::string_literals;

using Packets = std::vector<std::string>;

struct Decoded {
  // In text form.
  Packets packets;
  std::optional<Errc> error;
};

Decoded decode(std::string_view payload, Content form = Content::text, std::size_t limit = 1'000) {
  Decoded decoded;
  v3::PayloadDecoder decoder(payload, form, limit);
  for (;;) {
    const auto packet = decoder.next();
    if (!packet) {
      decoded.error = packet.error();
      EXPECT_TRUE(decoder.next()) << "decoding has stopped";
      EXPECT_FALSE(decoder.next()->has_value());
      return decoded;
    }
    if (!packet->has_value()) return decoded;
    v3::append_text(decoded.packets.emplace_back(), **packet);
  }
}

std::string payload_of(const std::vector<Packet>& packets) {
  std::string payload;
  for (const Packet& packet : packets) v3::append_to_payload(payload, packet);
  return payload;
}

const Packet hello{PacketType::message, Content::text, "hello"};
const Packet bytes{PacketType::message, Content::binary, "\x01\xff"};

TEST(EngineioV3, WritesTextPayloads) {
  EXPECT_EQ(payload_of({hello, {PacketType::noop}}), "6:4hello1:6");
  EXPECT_EQ(payload_of({bytes}), "6:b4Af8=");
}

TEST(EngineioV3, LengthsAreUtf16CodeUnits) {
  const Packet umlaut{PacketType::message, Content::text, "grüße €"};
  const Packet rocket{PacketType::message, Content::text, "🚀"};
  const std::string payload = payload_of({umlaut, rocket});
  EXPECT_EQ(payload, "8:4grüße €3:4🚀");
  EXPECT_EQ(decode(payload).packets, (Packets{"4grüße €", "4🚀"}));
}

TEST(EngineioV3, ALengthThatEndsInsideASurrogatePairIsAnError) {
  EXPECT_EQ(decode("2:4🚀").error, Errc::invalid_length);
}

TEST(EngineioV3, DecodesTextPayloads) {
  const auto decoded = decode("6:4hello10:b4AQIDBA==1:2");
  EXPECT_EQ(decoded.packets, (Packets{"4hello", "b4AQIDBA==", "2"}));
  EXPECT_FALSE(decoded.error);
}

TEST(EngineioV3, AnEmptyEntryIsNoPacket) {
  const auto decoded = decode("0:1:20:");
  EXPECT_EQ(decoded.packets, Packets{"2"});
  EXPECT_FALSE(decoded.error);
}

TEST(EngineioV3, RefusesWhatIsNoTextPayload) {
  for (const auto* const payload :
       {"", ":", "abc", "4hello", "6", "6:", "7:4hello", "5:4hello", "-1:4", "+1:4", " 1:4",
        "1.0:4", "1:41", "99999999999999999999999:4", "18446744073709551617:4"}) {
    EXPECT_EQ(decode(payload).error, Errc::invalid_length) << payload;
  }
  EXPECT_EQ(decode("1:7").error, Errc::unknown_type);
  EXPECT_EQ(decode("1:b").error, Errc::unknown_type);
  EXPECT_EQ(decode("2:b7").error, Errc::unknown_type);
  EXPECT_EQ(decode("3:b4A").error, Errc::invalid_base64);
}

TEST(EngineioV3, KeepsThePacketsBeforeAnError) {
  const auto decoded = decode("6:4hello9:4");
  EXPECT_EQ(decoded.packets, Packets{"4hello"});
  EXPECT_EQ(decoded.error, Errc::invalid_length);
}

TEST(EngineioV3, LimitsTheNumberOfPackets) {
  EXPECT_FALSE(decode("1:21:2", Content::text, 2).error);
  EXPECT_EQ(decode("1:21:21:2", Content::text, 2).error, Errc::too_many_packets);
}

TEST(EngineioV3, WritesBinaryPayloads) {
  EXPECT_FALSE(v3::to_binary_payload(payload_of({hello})));
  const Packet umlauts{PacketType::message, Content::text, "äöüäöü"};
  EXPECT_EQ(v3::to_binary_payload(payload_of({umlauts, bytes})),
            "\0\1\3\xff"
            "4äöüäöü\1\3\xff\4\1\xff"s);
}

TEST(EngineioV3, DecodesBinaryPayloads) {
  const auto decoded = decode(
      "\0\6\xff"
      "4hello\1\3\xff\4\1\xff\0\4\xff"
      "4grüße"s,
      Content::binary);
  EXPECT_EQ(decoded.packets, (Packets{"4hello", "b4Af8="}));
  EXPECT_EQ(decoded.error, Errc::invalid_utf8) << "the length ends inside a character";
}

TEST(EngineioV3, AnEmptyBinaryPayloadHasNoPackets) {
  const auto decoded = decode("", Content::binary);
  EXPECT_TRUE(decoded.packets.empty());
  EXPECT_FALSE(decoded.error);
}

TEST(EngineioV3, RefusesWhatIsNoBinaryPayload) {
  for (const auto& payload :
       {"\0"s, "\0\1"s, "\0\xff"s, "\0\1\xff"s, "\0\x0a\xff"s, "\1\2\xff\4"s}) {
    EXPECT_EQ(decode(payload, Content::binary).error, Errc::invalid_length);
  }
  EXPECT_EQ(decode("\2\1\xff\4"s, Content::binary).error, Errc::unknown_type);
  EXPECT_EQ(decode("\1\1\xff\7"s, Content::binary).error, Errc::unknown_type);
  EXPECT_EQ(decode("\1\0\xff"s, Content::binary).error, Errc::empty_packet);
}

}  // namespace
