// SPDX-License-Identifier: MIT
// What a decoder of long-polling payloads makes of one: its packets in text form, up to the first error.
#pragma once

#include "codec/engineio/packet.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace socketio::support {

struct DecodedPayload {
  std::vector<std::string> packets;
  std::optional<engineio::Errc> error;
};

/// `append(std::string&, const Packet&)` writes a packet as text.
template <class Decoder, class Append>
DecodedPayload decode_payload(Decoder decoder, Append append) {
  DecodedPayload decoded;
  for (;;) {
    const auto packet = decoder.next();
    if (!packet) {
      decoded.error = packet.error();
      EXPECT_TRUE(decoder.next()) << "decoding has stopped";
      EXPECT_FALSE(decoder.next()->has_value());
      return decoded;
    }
    if (!packet->has_value()) return decoded;
    append(decoded.packets.emplace_back(), **packet);
  }
}

}  // namespace socketio::support
