// SPDX-License-Identifier: MIT
// The memory of a decoder: nothing while it is idle, what has arrived while a message is
// unfinished, and never what a header only announces. This program counts every allocation, so it
// tests nothing else.
#include "codec/json/document.hpp"
#include "codec/websocket/encoder.hpp"
#include "support/counted_allocations.hpp"
#include "support/websocket_stream.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace socketio::support {
namespace {

/// The bytes allocated until the decoder asked for more, including those that have been freed.
std::size_t allocated_by_feeding(websocket::Decoder& decoder, std::string& bytes) {
  allocated_since_reset = 0;
  decoder.feed(bytes);
  while (true) {
    const auto next = decoder.next();
    if (!next || !*next) break;
  }
  return allocated_since_reset;
}

TEST(WebSocketMemory, ADecoderIsSmall) { EXPECT_LE(sizeof(websocket::Decoder), 96u); }

TEST(WebSocketMemory, WholeFramesAllocateNothing) {
  websocket::Decoder decoder(Role::server, {});
  std::string bytes = frame_to(Role::server, 1, std::string(100'000, 'x')) +
                      frame_to(Role::server, 9, "ping") + frame_to(Role::server, 2, "y");
  // The first text of a process makes simdjson choose its implementation, which allocates.
  std::string first = bytes;
  allocated_by_feeding(decoder, first);
  EXPECT_EQ(allocated_by_feeding(decoder, bytes), 0u);
}

TEST(WebSocketMemory, ACutHeaderAllocatesNothing) {
  websocket::Decoder decoder(Role::server, {});
  std::string header = frame_to(Role::server, RawFrame{.opcode = 2, .announced = 999'999});
  EXPECT_EQ(header.size(), 14u);
  EXPECT_EQ(allocated_by_feeding(decoder, header), 0u);
}

TEST(WebSocketMemory, AnAnnouncedLengthIsNotReserved) {
  websocket::Decoder decoder(Role::client, Limits{.message_bytes = std::size_t{1} << 40});
  std::string begin = to_bytes(RawFrame{.opcode = 2, .announced = std::uint64_t{1} << 39}) + "few";
  EXPECT_LE(allocated_by_feeding(decoder, begin), 256u);
}

TEST(WebSocketMemory, TricklingBytesCostLinearCopies) {
  websocket::Decoder decoder(Role::client, {});
  const std::string bytes = frame_to(Role::client, 2, std::string(500'000, 'x'));
  std::size_t allocated = 0;
  for (const char byte : bytes) {
    std::string piece(1, byte);
    allocated += allocated_by_feeding(decoder, piece);
  }
  EXPECT_LE(allocated, 4 * bytes.size());
}

TEST(WebSocketMemory, PingsInsideAFullMessageDoNotCopyItEachTime) {
  const Limits limits{.message_bytes = 100'000};
  websocket::Decoder decoder(Role::client, limits);
  std::string begin = frame_to(Role::client, 2, std::string(100'000, 'x'), 0);
  allocated_by_feeding(decoder, begin);
  const std::string bytes = frame_to(Role::client, 9, std::string(125, 'p'));
  std::size_t allocated = 0;
  for (int i = 0; i < 50; ++i) {
    for (const char byte : bytes) {
      std::string piece(1, byte);
      allocated += allocated_by_feeding(decoder, piece);
    }
  }
  EXPECT_LE(allocated, 2 * limits.message_bytes);
}

std::string deflated_frame(std::string_view message) {
  std::string payload;
  websocket::Deflater(websocket::DeflateTerms()).append_message(payload, message);
  std::string bytes;
  append_frame(bytes, Opcode::binary, payload, websocket::Coding::deflated);
  return bytes;
}

TEST(WebSocketMemory, ABombTakesNoMoreThanTheLimit) {
  const Limits limits{.message_bytes = 100'000};
  websocket::Decoder decoder(Role::client, limits);
  decoder.allow_deflate({});
  std::string bomb = deflated_frame(std::string(50'000'000, 'x'));
  ASSERT_LE(bomb.size(), limits.message_bytes);
  EXPECT_LE(allocated_by_feeding(decoder, bomb), 3 * limits.message_bytes);
}

TEST(WebSocketMemory, AnInflatedMessageIsGivenBack) {
  websocket::Decoder decoder(Role::client, {});
  decoder.allow_deflate({});
  std::string message = deflated_frame(std::string(1000, 'x'));
  std::string again = message;
  allocated_by_feeding(decoder, message);
  const std::ptrdiff_t before = live_allocations;
  EXPECT_GE(allocated_by_feeding(decoder, again), 1000u);
  EXPECT_EQ(live_allocations, before);
}

/// Feeds `begin`, of which something is kept, and then `end`, after which nothing may be kept.
void expect_given_back(std::string begin, std::string end) {
  codec::prepare_json();  // simdjson would allocate when it sees its first text that is not ASCII
  websocket::Decoder decoder(Role::client, {});
  const std::ptrdiff_t before = live_allocations;
  allocated_by_feeding(decoder, begin);
  ASSERT_EQ(live_allocations, before + 1);
  allocated_by_feeding(decoder, end);
  EXPECT_EQ(live_allocations, before);
}

TEST(WebSocketMemory, GivesItsBufferBackWhenAMessageIsDone) {
  const std::string bytes = frame_to(Role::client, 2, std::string(1000, 'x'));
  expect_given_back(bytes.substr(0, 600), bytes.substr(600));
  expect_given_back(frame_to(Role::client, 2, "begun", 0), frame_to(Role::client, 0, ""));
  const std::string control = frame_to(Role::client, 9, "ping");
  expect_given_back(control.substr(0, 4), control.substr(4));
}

TEST(WebSocketMemory, GivesItsBufferBackOnceClosedOrFailed) {
  const std::string begin = frame_to(Role::client, 2, "begun", 0);
  const std::string close = frame_to(Role::client, 8, "\x03\xe9reason");
  expect_given_back(begin, close);
  expect_given_back(begin + close.substr(0, 5), close.substr(5));
  expect_given_back(begin, frame_to(Role::client, 2, "no continuation"));
}

}  // namespace
}  // namespace socketio::support
