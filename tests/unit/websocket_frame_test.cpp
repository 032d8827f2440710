// SPDX-License-Identifier: MIT
// What a single frame header can violate: RFC 6455 sections 5.1, 5.2, 5.4 and 5.5.
#include "support/websocket_stream.hpp"

namespace socketio::support {
namespace {

using websocket::close_code_of;
using websocket::CloseCode;

constexpr std::uint8_t fin = 0x80;

class WebSocketFrame : public BothRoles {};
INSTANTIATE_TEST_SUITE_P(Roles, WebSocketFrame, testing::Values(Role::server, Role::client),
                         role_name);

TEST_P(WebSocketFrame, DecodesEveryKind) {
  expect_events(role(),
                frame(1, "héllo") + frame(2, std::string("\0\xff", 2)) + frame(9, "a") +
                    frame(10, "b") + frame(1, "") + frame(8, std::string("\x03\xe8gone", 6)),
                {text("héllo"), binary(std::string("\0\xff", 2)), ping("a"), pong("b"), text(""),
                 closed(1000, "gone")});
}

TEST_P(WebSocketFrame, RefusesEachReservedBitOnEachKind) {
  for (const std::uint8_t bit : {0x40, 0x20, 0x10, 0x70}) {
    for (const std::uint8_t opcode : {1, 2, 8, 9, 10}) {
      expect_error(role(), frame(9, "ok") + frame(opcode, "", fin | bit), Errc::reserved_bit_set,
                   {ping("ok")});
    }
    expect_error(role(), frame(1, "a", 0) + frame(0, "b", fin | bit), Errc::reserved_bit_set);
  }
}

TEST_P(WebSocketFrame, RefusesReservedOpcodes) {
  for (const std::uint8_t opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    expect_error(role(), frame(1, "ok") + frame(opcode, "x"), Errc::reserved_opcode, {text("ok")});
  }
}

TEST_P(WebSocketFrame, RefusesControlFramesThatAreFragmentedOrTooLong) {
  for (const std::uint8_t opcode : {8, 9, 10}) {
    expect_error(role(), frame(opcode, "x", 0), Errc::control_fragmented);
    expect_error(role(), frame(opcode, std::string(126, 'x')), Errc::control_too_long);
    expect_error(role(), frame(opcode, std::string(65536, 'x')).substr(0, 20),
                 Errc::control_too_long);
  }
  expect_events(role(), frame(9, std::string(125, 'x')), {ping(std::string(125, 'x'))});
}

TEST_P(WebSocketFrame, RefusesLengthsThatAreNotMinimal) {
  for (const std::size_t length : {0, 5, 125}) {
    for (const int form : {2, 8}) {
      RawFrame long_form{1, std::string(length, 'x')};
      long_form.length_bytes = form;
      expect_error(role(), frame_to(role(), long_form), Errc::length_not_minimal);
    }
  }
  for (const std::size_t length : {126, 200, 65535}) {
    RawFrame long_form{2, std::string(length, 'x')};
    long_form.length_bytes = 8;
    expect_error(role(), frame_to(role(), long_form).substr(0, 30), Errc::length_not_minimal);
  }
}

TEST_P(WebSocketFrame, RefusesLengthsWithTheTopBit) {
  for (const std::uint64_t length : {std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    expect_error(role(), frame_to(role(), RawFrame{.opcode = 2, .announced = length}),
                 Errc::length_top_bit_set);
  }
}

TEST_P(WebSocketFrame, RefusesContinuationsOfNothing) {
  expect_error(role(), frame(0, "x"), Errc::unexpected_continuation);
  expect_error(role(), frame(0, "x", 0), Errc::unexpected_continuation);
  expect_error(role(), frame(1, "a", 0) + frame(0, "b") + frame(0, "c"),
               Errc::unexpected_continuation, {text("ab")});
}

TEST_P(WebSocketFrame, RefusesAMessageInsideAMessage) {
  for (const std::uint8_t opcode : {1, 2}) {
    expect_error(role(), frame(1, "a", 0) + frame(opcode, "b"), Errc::message_not_finished);
    expect_error(role(), frame(2, "", 0) + frame(opcode, "b", 0), Errc::message_not_finished);
  }
}

TEST(WebSocketMask, ServerRefusesPlainFrames) {
  for (const std::uint8_t opcode : {1, 2, 8, 9, 10}) {
    expect_error(Role::server, to_bytes({opcode, ""}), Errc::mask_missing);
  }
}

TEST(WebSocketMask, ClientRefusesMaskedFrames) {
  for (const std::uint8_t opcode : {1, 2, 8, 9, 10}) {
    expect_error(Role::client, frame_to(Role::server, opcode, ""), Errc::mask_unexpected);
  }
}

TEST(WebSocketMask, ServerTakesAnyKeyAtAnyAlignment) {
  using Key = std::array<std::uint8_t, 4>;
  for (const Key key : {Key{0, 0, 0, 0}, Key{7, 7, 7, 7}, Key{0xff, 0x00, 0x80, 0x01}}) {
    for (std::size_t length = 0; length < 20; ++length) {
      std::string payload;
      for (std::size_t i = 0; i < length; ++i) payload += static_cast<char>('a' + i);
      const std::string bytes = frame_to(Role::server, RawFrame{.payload = payload, .mask = key});
      expect_events(Role::server, bytes + bytes, {text(payload), text(payload)});
    }
  }
}

TEST(WebSocketCloseCodes, OfErrors) {
  EXPECT_EQ(close_code_of(Errc::invalid_utf8), CloseCode::invalid_payload);
  EXPECT_EQ(close_code_of(Errc::message_too_big), CloseCode::message_too_big);
  EXPECT_EQ(close_code_of(Errc::too_many_fragments), CloseCode::policy_violation);
  for (const Errc error :
       {Errc::reserved_bit_set, Errc::reserved_opcode, Errc::mask_missing, Errc::mask_unexpected,
        Errc::length_not_minimal, Errc::length_top_bit_set, Errc::control_too_long,
        Errc::control_fragmented, Errc::unexpected_continuation, Errc::message_not_finished,
        Errc::invalid_close_payload}) {
    EXPECT_EQ(close_code_of(error), CloseCode::protocol_error);
  }
}

}  // namespace
}  // namespace socketio::support
