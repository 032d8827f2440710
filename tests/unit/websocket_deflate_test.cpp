// SPDX-License-Identifier: MIT
// Compressed messages (RFC 7692 sections 6 and 7.2): what ws sends is understood, what we send can
// be read back, and invalid or too large messages are refused. Every stream arrives whole, byte by
// byte, and cut at each position.
#include "codec/websocket/deflate.hpp"
#include "codec/websocket/encoder.hpp"
#include "support/websocket_stream.hpp"

#include <random>
#include <utility>

namespace socketio::support {
namespace {

using namespace std::string_literals;
using websocket::Coding;
using websocket::DeflateParameters;
using websocket::Deflater;

constexpr std::uint8_t whole = 0xc0;  // FIN and RSV1
constexpr std::uint8_t first = 0x40;
constexpr std::uint8_t middle = 0x00;
constexpr std::uint8_t last = 0x80;
const DeflateParameters defaults;
const DeflateParameters forgetful{.server_no_context_takeover = true,
                                  .client_no_context_takeover = true};

const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;  // section 7.2.3.1
const std::string hello_again = "\xf2\x00\x11\x00\x00"s;    // 7.2.3.2

class WebSocketDeflate : public BothRoles {
 protected:
  void expect(const std::string& bytes, const std::vector<Received>& events,
              const DeflateParameters& agreed = defaults, const Limits& limits = {}) const {
    expect_events(role(), bytes, events, limits, agreed);
  }
  void refuse(const std::string& bytes, Errc error, const std::vector<Received>& before = {},
              const Limits& limits = {}, const DeflateParameters& agreed = defaults) const {
    expect_error(role(), bytes, error, before, limits, agreed);
  }
  std::optional<std::array<std::uint8_t, 4>> mask_of_sent() const {
    if (role() == Role::client) return std::nullopt;
    return std::array<std::uint8_t, 4>{1, 2, 3, 4};
  }
  Role sender() const { return role() == Role::server ? Role::client : Role::server; }
  /// These messages in frames as our own peer would send them.
  std::string sent(const std::vector<std::string>& messages,
                   const DeflateParameters& agreed) const {
    Deflater deflater(websocket::terms_of(agreed, sender(), 0));
    std::string bytes;
    for (const std::string& message : messages) {
      std::string payload;
      deflater.append_message(payload, message);
      if (role() == Role::server) {
        append_masked_frame(bytes, Opcode::binary, payload, *mask_of_sent(), Coding::deflated);
      } else {
        append_frame(bytes, Opcode::binary, payload, Coding::deflated);
      }
    }
    return bytes;
  }
};
INSTANTIATE_TEST_SUITE_P(Roles, WebSocketDeflate, testing::Values(Role::server, Role::client),
                         role_name);

TEST_P(WebSocketDeflate, UnderstandsTheExamplesOfTheSpecification) {
  expect(frame(1, hello, whole), {text("Hello")});
  expect(frame(1, "\xf2\x48\xcd"s, first) + frame(0, "\xc9\xc9\x07\x00"s, last), {text("Hello")});
  expect(frame(1, hello, whole) + frame(1, hello_again, whole), {text("Hello"), text("Hello")});
  // 7.2.3.3: a block without compression; 7.2.3.4: a last block, then an empty one;
  // 7.2.3.5: two blocks.
  expect(frame(1, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s, whole), {text("Hello")});
  expect(frame(1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s, whole), {text("Hello")});
  expect(frame(1, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s, whole), {text("Hello")});
}

TEST_P(WebSocketDeflate, UnderstandsWhatWsSends) {
  // Made with ws 8.23 (zlib 1.3.1 of Node.js 20), one frame each.
  const std::string chat =
      "\x32\x31\x8a\x56\x4a\xce\x48\x2c\x51\xd2\x51\x4a\x4c\x4a\x26\x1b\x29\xc5\x02\x00"s;
  std::string message = "42[\"chat\",\"";
  for (int i = 0; i < 20; ++i) message += "abc";
  message += "\"]";
  const std::vector<Received> messages = {text("Hello"), text("Hello"), text(message),
                                          text(""),      text(""),      text("Hello")};
  const auto stream = [&](const std::string& second, const std::string& sixth) {
    std::string bytes;
    for (const auto& payload : {hello, second, chat, "\0"s, "\0"s, sixth})
      bytes += frame(1, payload, whole);
    return bytes;
  };
  const std::string taken_over = stream(hello_again, "\x02\x9b\x06\x00"s);
  expect(taken_over, messages);
  expect(taken_over, messages, {false, false, 9, 9});
  expect(taken_over, messages, {false, false, 8, 8});
  expect(stream(hello, hello), messages, forgetful);
}

TEST_P(WebSocketDeflate, PlainMessagesAndControlFramesComeBetween) {
  expect(frame(1, "plain") + frame(1, hello.substr(0, 2), first) + frame(9, "ping") +
             frame(0, hello.substr(2, 3), middle) + frame(10, "") + frame(0, "", middle) +
             frame(0, hello.substr(5), last) + frame(2, "a", 0) + frame(0, "b") +
             frame(1, hello_again, whole),
         {text("plain"), ping("ping"), pong(""), text("Hello"), binary("ab"), text("Hello")});
}

TEST_P(WebSocketDeflate, EmptyMessages) {
  expect(frame(1, "\0"s, whole) + frame(2, "", whole) + frame(2, "", first) + frame(0, "", last) +
             frame(1, hello, whole),
         {text(""), binary(""), binary(""), text("Hello")});
}

TEST_P(WebSocketDeflate, AMessageMayEndItsStream) {
  const std::string ended = "\xf3\x48\xcd\xc9\xc9\x07\x00"s;
  expect(frame(1, ended, whole) + frame(1, ended + "\0 and what nobody reads"s, whole) +
             frame(1, hello, whole),
         {text("Hello"), text("Hello"), text("Hello")});
  // The earlier message is no longer in the window.
  refuse(frame(1, ended, whole) + frame(1, hello_again, whole), Errc::invalid_deflate,
         {text("Hello")});
}

TEST_P(WebSocketDeflate, TheFirstDataFrameAloneMayBeMarked) {
  expect_error(role(), frame(1, hello, whole), Errc::reserved_bit_set);
  refuse(frame(1, hello.substr(0, 3), first) + frame(0, hello.substr(3), whole),
         Errc::reserved_bit_set);
  refuse(frame(2, "a", middle) + frame(0, "b", whole), Errc::reserved_bit_set);
  refuse(frame(9, "", whole), Errc::reserved_bit_set);
  refuse(frame(8, "", whole), Errc::reserved_bit_set);
  refuse(frame(3, "", whole), Errc::reserved_bit_set);
  for (const std::uint8_t bits : {0xa0, 0x90, 0xe0, 0xd0, 0xf0})
    refuse(frame(1, hello, bits), Errc::reserved_bit_set);
}

TEST_P(WebSocketDeflate, RefusesWhatIsNotCompressed) {
  refuse(frame(1, "Hello", whole), Errc::invalid_deflate);
  refuse(frame(2, "\xff\xff\xff", whole), Errc::invalid_deflate);
  // It refers to a message that was never sent.
  refuse(frame(1, hello_again, whole), Errc::invalid_deflate);
  // Cut off: the end of a block is missing.
  for (const std::size_t size : {1u, 2u, 3u, 4u, 5u})
    refuse(frame(1, hello.substr(0, size), whole), Errc::invalid_deflate);
  refuse(frame(1, hello.substr(0, 3), first) + frame(0, "", last), Errc::invalid_deflate);
  EXPECT_EQ(close_code_of(Errc::invalid_deflate), websocket::CloseCode::invalid_payload);
}

TEST_P(WebSocketDeflate, ForgetsWhereItWasAgreed) {
  refuse(frame(1, hello, whole) + frame(1, hello_again, whole), Errc::invalid_deflate,
         {text("Hello")}, {}, forgetful);
}

TEST_P(WebSocketDeflate, ChecksTheTextBehindCompression) {
  const std::vector<std::string> messages = {"\xff", "a\xed\xa0\x80", "cut \xe2\x82"};
  for (const std::string& message : messages) {
    std::string payload;
    Deflater(websocket::terms_of(defaults, sender(), 0)).append_message(payload, message);
    refuse(frame(1, payload, whole), Errc::invalid_utf8);
    expect(frame(2, payload, whole), {binary(message)});
  }
  const std::string euro = "\x00\x02\x00\xfd\xff\xe2\x82\x00\x01\x00\xfe\xff\xac\x00"s;
  expect(frame(1, euro.substr(0, 7), first) + frame(0, euro.substr(7), last), {text("€")});
}

TEST_P(WebSocketDeflate, AllowsTheLimitInflatedAndRefusesOneByteMore) {
  const Limits limits{.message_bytes = 50'000};
  const std::string most(50'000, 'x');
  expect(sent({most, most}, defaults), {binary(most), binary(most)}, defaults, limits);
  refuse(sent({most + "x"}, defaults), Errc::message_too_big, {}, limits);
  const Limits none{.message_bytes = 0};
  expect(frame(1, "", whole), {text("")}, defaults, none);
  refuse(frame(1, "\0"s, whole), Errc::message_too_big, {}, none);
}

TEST_P(WebSocketDeflate, AllowsTheLimitCompressedAndRefusesOneByteMore) {
  const Limits limits{.message_bytes = hello.size(), .fragments = 4};
  expect(frame(1, hello, whole), {text("Hello")}, defaults, limits);
  const std::string one_more = hello + "\0"s;
  refuse(frame(1, one_more, whole), Errc::message_too_big, {}, limits);
  refuse(frame(1, one_more.substr(0, 4), first) + frame(0, one_more.substr(4), last),
         Errc::message_too_big, {}, limits);
  refuse(frame_to(role(), RawFrame{.first_bits = whole, .announced = ~std::uint64_t{0} >> 1}),
         Errc::message_too_big, {}, limits);
  refuse(frame(1, hello, first) + frame(0, "", middle) + frame(0, "", middle) +
             frame(0, "", middle) + frame(0, "", last),
         Errc::too_many_fragments, {}, limits);
}

TEST_P(WebSocketDeflate, ABombIsRefusedAtTheLimit) {
  const std::string bomb = sent({std::string(100'000'000, '\0')}, defaults);
  ASSERT_LT(bomb.size(), 200'000u);
  EXPECT_EQ(decode(role(), {}, {bomb}, defaults).error, Errc::message_too_big);
  // This is already more than the limit.
  const auto at = std::size_t{20'000};
  EXPECT_EQ(decode(role(), {}, {std::string_view(bomb).substr(0, at)}, defaults).error,
            Errc::message_too_big);
}

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random());
  return bytes;
}

TEST_P(WebSocketDeflate, WhatWeSendComesBack) {
  std::string numbers;
  for (int i = 0; numbers.size() < 70'000; ++i) numbers += std::to_string(i * 7919);
  const std::vector<std::string> messages = {
      "", "a", "", "Hello", "Hello", numbers, noise(40'000), numbers, noise(40'000), "Hello"};
  std::vector<Received> events;
  for (const std::string& message : messages) events.push_back(binary(message));
  for (const std::uint8_t bits : {8, 9, 10, 12, 15}) {
    for (const bool forgets : {false, true}) {
      SCOPED_TRACE(int{bits} * 2 + forgets);
      const DeflateParameters agreed{forgets, forgets, bits, bits};
      const std::string bytes = sent(messages, agreed);
      EXPECT_EQ(decode(role(), {}, {bytes}, agreed).events, events);
      EXPECT_EQ(decode(role(), {}, cut_in_bytes(bytes), agreed).events, events);
    }
  }
}

TEST_P(WebSocketDeflate, EachDirectionHasItsParameters) {
  const DeflateParameters one_way{.server_no_context_takeover = role() == Role::client,
                                  .client_no_context_takeover = role() == Role::server};
  EXPECT_EQ(sent({"Hello", "Hello"}, one_way),
            frame_to(role(), RawFrame{2, hello, whole, mask_of_sent()}) +
                frame_to(role(), RawFrame{2, hello, whole, mask_of_sent()}));
  const DeflateParameters other_way{.server_no_context_takeover = role() == Role::server,
                                    .client_no_context_takeover = role() == Role::client};
  EXPECT_EQ(sent({"Hello", "Hello"}, other_way),
            frame_to(role(), RawFrame{2, hello, whole, mask_of_sent()}) +
                frame_to(role(), RawFrame{2, hello_again, whole, mask_of_sent()}));
}

TEST_P(WebSocketDeflate, NothingIsInflatedBehindAnErrorOrTheClose) {
  refuse(frame(1, "Hello", whole) + frame(1, hello, whole), Errc::invalid_deflate);
  expect(frame(1, hello.substr(0, 3), first) + frame(8, "") + frame(0, hello.substr(3), last),
         {closed(1005)});
}

}  // namespace
}  // namespace socketio::support
