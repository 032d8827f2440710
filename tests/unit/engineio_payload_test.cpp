// SPDX-License-Identifier: MIT
// Long-polling payloads: packets in order, the limit on their number, and no empty packets.
#include "codec/engineio/payload.hpp"
#include "support/decoded_payload.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace socketio::engineio;
using namespace std::string_literals;

socketio::support::DecodedPayload decode(std::string_view payload, std::size_t limit = 1'000) {
  return socketio::support::decode_payload(
      PayloadDecoder(payload, limit), [](auto& text, auto& packet) { append_text(text, packet); });
}

using Packets = std::vector<std::string>;

TEST(EngineioPayload, SplitsAtTheSeparator) {
  EXPECT_EQ(decode("4a").packets, Packets{"4a"});
  EXPECT_EQ(decode("4a\x1e"
                   "2\x1e"
                   "bAQID\x1e"
                   "bBA==\x1e"
                   "4")
                .packets,
            (Packets{"4a", "2", "bAQID", "bBA==", "4"}));
  EXPECT_EQ(decode("4a\x1e"
                   "4\xe2\x82\xac")
                .packets,
            (Packets{"4a", "4\xe2\x82\xac"}));
}

TEST(EngineioPayload, AnEmptyPacketIsAnError) {
  for (const std::string& payload : {""s, "\x1e"s,
                                     "40\x1e\x1e"
                                     "40"s,
                                     "40\x1e"s,
                                     "\x1e"
                                     "40"s,
                                     std::string(1'000'000, '\x1e')}) {
    const auto decoded = decode(payload);
    EXPECT_EQ(decoded.error, Errc::empty_packet);
    EXPECT_LE(decoded.packets.size(), 1u);
  }
}

TEST(EngineioPayload, StopsAtTheFirstBadPacket) {
  for (const auto& [bad, error] : {std::pair{"abc", Errc::unknown_type},
                                   {"7", Errc::unknown_type},
                                   {"b!!!", Errc::invalid_base64},
                                   {"b=", Errc::invalid_base64},
                                   {"bA", Errc::invalid_base64},
                                   {"bAA A", Errc::invalid_base64}}) {
    const auto decoded = decode("4a\x1e" + std::string(bad) +
                                "\x1e"
                                "4b");
    EXPECT_EQ(decoded.packets, Packets{"4a"}) << bad;
    EXPECT_EQ(decoded.error, error) << bad;
  }
}

TEST(EngineioPayload, LimitsTheCount) {
  const auto payload = [](std::size_t count) {
    std::string text = "4";
    for (std::size_t i = 1; i < count; ++i)
      text +=
          "\x1e"
          "4";
    return text;
  };
  EXPECT_EQ(decode(payload(1'000)).packets.size(), 1'000u);
  EXPECT_EQ(decode(payload(1'000)).error, std::nullopt);
  for (const std::size_t count : {1'001u, 500'000u}) {
    const auto over = decode(payload(count));
    EXPECT_EQ(over.packets.size(), 1'000u);
    EXPECT_EQ(over.error, Errc::too_many_packets);
  }
  EXPECT_EQ(decode(payload(1), 1).error, std::nullopt);
  EXPECT_EQ(decode(payload(2), 1).error, Errc::too_many_packets);
}

TEST(EngineioPayload, WhatFollowsACloseIsNotLookedAtUntilAskedFor) {
  PayloadDecoder decoder("1\x1exyz", 1'000);
  const auto close = decoder.next();
  ASSERT_TRUE(close && close->has_value());
  EXPECT_EQ((*close)->type, PacketType::close);
}

TEST(EngineioPayload, APacketStaysValidUntilTheNextCall) {
  PayloadDecoder decoder(
      "bAQID\x1e"
      "bBAUG\x1e"
      "4z",
      10);
  EXPECT_EQ((*decoder.next())->data, "\1\2\3");
  EXPECT_EQ((*decoder.next())->data, "\4\5\6");
  EXPECT_EQ((*decoder.next())->data, "z");
}

}  // namespace
