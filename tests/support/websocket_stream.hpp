// SPDX-License-Identifier: MIT
// For tests of the WebSocket codec: frames built field by field, valid or not, and what a decoder
// makes of a stream. Header-only, single thread.
#pragma once

#include "codec/websocket/decoder.hpp"
#include "support/splits.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::support {

using websocket::Errc;
using websocket::Event;
using websocket::Limits;
using websocket::Opcode;
using websocket::Role;

/// One frame as `receiver` gets it; every field may be wrong.
struct RawFrame {
  std::uint8_t opcode = 1;
  std::string payload = {};
  std::uint8_t first_bits = 0x80;  // FIN and RSV1-3
  std::optional<std::array<std::uint8_t, 4>> mask = {};
  // 0, 2 or 8 bytes after the short length; -1 for the minimal form.
  int length_bytes = -1;
  std::optional<std::uint64_t> announced = {};
};

inline std::string to_bytes(const RawFrame& frame) {
  const std::uint64_t length = frame.announced.value_or(frame.payload.size());
  int extended = frame.length_bytes;
  if (extended < 0) extended = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
  std::string bytes;
  bytes += static_cast<char>(frame.first_bits | frame.opcode);
  const std::uint8_t short_length = extended == 0   ? static_cast<std::uint8_t>(length)
                                    : extended == 2 ? 126
                                                    : 127;
  bytes += static_cast<char>(short_length | (frame.mask ? 0x80 : 0));
  for (int i = extended - 1; i >= 0; --i) bytes += static_cast<char>(length >> (8 * i));
  if (frame.mask) bytes.append(frame.mask->begin(), frame.mask->end());
  for (std::size_t i = 0; i < frame.payload.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(frame.payload[i]);
    bytes += static_cast<char>(frame.mask ? byte ^ (*frame.mask)[i % 4] : byte);
  }
  return bytes;
}

/// The frame with the masking that its receiver requires.
inline std::string frame_to(Role receiver, RawFrame frame) {
  if (receiver == Role::server && !frame.mask) frame.mask = {0x37, 0xfa, 0x21, 0x3d};
  return to_bytes(frame);
}

inline std::string frame_to(Role receiver, std::uint8_t opcode, std::string payload,
                            std::uint8_t first_bits = 0x80) {
  return frame_to(receiver, RawFrame{opcode, std::move(payload), first_bits});
}

struct Received {
  Event::Kind kind;
  std::string payload;
  std::uint16_t close_code = 0;

  bool operator==(const Received&) const = default;
};

inline void PrintTo(const Received& event, std::ostream* out) {
  *out << "kind " << static_cast<int>(event.kind) << ", code " << event.close_code << ", "
       << event.payload.size() << " bytes: " << testing::PrintToString(event.payload.substr(0, 64));
}

inline Received text(std::string payload) { return {Event::Kind::text, std::move(payload)}; }
inline Received binary(std::string payload) { return {Event::Kind::binary, std::move(payload)}; }
inline Received ping(std::string payload) { return {Event::Kind::ping, std::move(payload)}; }
inline Received pong(std::string payload) { return {Event::Kind::pong, std::move(payload)}; }
inline Received closed(std::uint16_t code, std::string reason = {}) {
  return {Event::Kind::close, std::move(reason), code};
}

struct Outcome {
  std::vector<Received> events;
  std::optional<Errc> error;
};

/// Feeds one piece after another. Each has an allocation of exactly its size, which is freed when
/// it has been drained, so that a sanitizer notices every access outside of it or after that.
inline Outcome decode(Role role, const Limits& limits, const Pieces& pieces,
                      const std::optional<websocket::DeflateParameters>& deflate = {}) {
  websocket::Decoder decoder(role, limits);
  if (deflate) decoder.allow_deflate(*deflate);
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    const auto read = std::make_unique<char[]>(piece.size());
    piece.copy(read.get(), piece.size());
    decoder.feed({read.get(), piece.size()});
    while (true) {
      const auto next = decoder.next();
      if (!next) {
        EXPECT_EQ(outcome.error.value_or(next.error()), next.error()) << "the error must stay";
        outcome.error = next.error();
        break;
      }
      EXPECT_FALSE(outcome.error) << "an event after the error";
      if (!*next) break;
      outcome.events.push_back({(*next)->kind, std::string((*next)->payload), (*next)->close_code});
    }
  }
  return outcome;
}

inline void expect_events(Role role, const std::string& bytes, const std::vector<Received>& events,
                          const Limits& limits = {},
                          const std::optional<websocket::DeflateParameters>& deflate = {}) {
  for_each_split(bytes, [&](const Pieces& pieces) {
    const Outcome outcome = decode(role, limits, pieces, deflate);
    ASSERT_EQ(outcome.events, events);
    ASSERT_EQ(outcome.error, std::nullopt);
  });
}

inline void expect_error(Role role, const std::string& bytes, Errc error,
                         const std::vector<Received>& events_before = {}, const Limits& limits = {},
                         const std::optional<websocket::DeflateParameters>& deflate = {}) {
  for_each_split(bytes, [&](const Pieces& pieces) {
    const Outcome outcome = decode(role, limits, pieces, deflate);
    ASSERT_EQ(outcome.events, events_before);
    ASSERT_EQ(outcome.error, error);
  });
}

/// For tests of what both ends have in common: they run with both roles.
class BothRoles : public testing::TestWithParam<Role> {
 protected:
  Role role() const { return GetParam(); }

  std::string frame(std::uint8_t opcode, std::string payload,
                    std::uint8_t first_bits = 0x80) const {
    return frame_to(role(), opcode, std::move(payload), first_bits);
  }
};

inline std::string role_name(const testing::TestParamInfo<Role>& info) {
  return info.param == Role::server ? "server" : "client";
}

}  // namespace socketio::support
