// SPDX-License-Identifier: MIT
// The encoder against the examples of RFC 6455 section 5.7 and against the decoder.
#include "codec/websocket/encoder.hpp"
#include "support/websocket_stream.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::support {
namespace {

using websocket::append_frame;
using websocket::append_masked_frame;
using websocket::close_payload;
using websocket::CloseCode;

std::string plain(Opcode opcode, std::string_view payload) {
  std::string out;
  append_frame(out, opcode, payload);
  return out;
}

TEST(WebSocketEncoder, WritesTheExamplesOfTheSpecification) {
  EXPECT_EQ(plain(Opcode::text, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(plain(Opcode::ping, "Hello"), "\x89\x05Hello");
  EXPECT_EQ(plain(Opcode::binary, std::string(256, 'b')),
            std::string("\x82\x7e\x01\x00", 4) + std::string(256, 'b'));
  EXPECT_EQ(plain(Opcode::binary, std::string(65536, 'b')),
            std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10) + std::string(65536, 'b'));
  std::string masked;
  append_masked_frame(masked, Opcode::text, "Hello", {0x37, 0xfa, 0x21, 0x3d});
  EXPECT_EQ(masked, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

TEST(WebSocketEncoder, AppendsBehindWhatIsThere) {
  std::string out = "before";
  append_frame(out, Opcode::text, "a");
  append_masked_frame(out, Opcode::pong, "", {1, 2, 3, 4});
  EXPECT_EQ(out,
            "before\x81\x01"
            "a\x8a\x80\x01\x02\x03\x04");
}

TEST(WebSocketEncoder, RoundTripsEachForm) {
  for (const std::size_t length : {0, 1, 125, 126, 127, 65535, 65536, 1'000'000}) {
    std::string payload(length, '\0');
    for (std::size_t i = 0; i < length; ++i) payload[i] = static_cast<char>('0' + i % 64);
    std::string masked;
    append_masked_frame(masked, Opcode::text, payload, {0xde, 0xad, 0xbe, 0xef});
    append_masked_frame(masked, Opcode::binary, payload, {0, 0, 0, 1});
    expect_events(Role::server, masked, {text(payload), binary(payload)});
    expect_events(Role::client, plain(Opcode::text, payload) + plain(Opcode::binary, payload),
                  {text(payload), binary(payload)});
  }
}

TEST(WebSocketEncoder, RoundTripsControlFrames) {
  for (const std::size_t length : {0, 1, 124, 125}) {
    const std::string payload(length, 'p');
    expect_events(Role::client, plain(Opcode::ping, payload) + plain(Opcode::pong, payload),
                  {ping(payload), pong(payload)});
  }
  expect_events(Role::client, plain(Opcode::close, close_payload(CloseCode::going_away, "off")),
                {closed(1001, "off")});
  expect_events(Role::client, plain(Opcode::close, close_payload(CloseCode::no_status, "unsaid")),
                {closed(1005)});
}

TEST(WebSocketEncoder, NeverSendsTheLocalCodes) {
  EXPECT_EQ(close_payload(CloseCode::no_status, "x"), "");
  EXPECT_EQ(close_payload(CloseCode::abnormal, "x"), "");
}

TEST(WebSocketEncoder, CutsLongReasonsAtACodePoint) {
  const auto reason = [](std::string_view text) {
    return close_payload(CloseCode::normal, text).substr(2);
  };
  EXPECT_EQ(reason(std::string(123, 'r')), std::string(123, 'r'));
  EXPECT_EQ(reason(std::string(124, 'r')), std::string(123, 'r'));
  const std::string sign = "\xf0\x9f\x8e\x89";
  EXPECT_EQ(reason(std::string(119, 'r') + sign), std::string(119, 'r') + sign);
  for (const std::size_t before : {120, 121, 122}) {
    EXPECT_EQ(reason(std::string(before, 'r') + sign), std::string(before, 'r'));
  }
  EXPECT_EQ(reason(std::string(123, 'r') + sign), std::string(123, 'r'));
}

}  // namespace
}  // namespace socketio::support
