// SPDX-License-Identifier: MIT
// Messages in one or many frames, control frames between them, and the limits (RFC 6455 5.4, 5.5).
#include "support/websocket_stream.hpp"

namespace socketio::support {
namespace {

constexpr std::uint8_t more = 0;

class WebSocketMessage : public BothRoles {};
INSTANTIATE_TEST_SUITE_P(Roles, WebSocketMessage, testing::Values(Role::server, Role::client),
                         role_name);

TEST_P(WebSocketMessage, JoinsFragments) {
  expect_events(role(), frame(1, "one ", more) + frame(0, "two ", more) + frame(0, "three"),
                {text("one two three")});
  expect_events(role(), frame(2, "", more) + frame(0, "", more) + frame(0, ""), {binary("")});
  expect_events(role(), frame(2, "", more) + frame(0, "x") + frame(1, "y"),
                {binary("x"), text("y")});
}

TEST_P(WebSocketMessage, TakesControlFramesBetweenFragments) {
  expect_events(role(),
                frame(9, "p0") + frame(1, "a", more) + frame(9, "p1") + frame(10, "p2") +
                    frame(0, "b", more) + frame(9, "") + frame(9, std::string(125, 'p')) +
                    frame(0, "c") + frame(2, "d"),
                {ping("p0"), ping("p1"), pong("p2"), ping(""), ping(std::string(125, 'p')),
                 text("abc"), binary("d")});
}

TEST_P(WebSocketMessage, TakesManyMessagesOfOneRead) {
  std::string bytes;
  std::vector<Received> events;
  for (int i = 0; i < 40; ++i) {
    events.push_back(text("message " + std::to_string(i)));
    bytes += frame(1, events.back().payload);
  }
  expect_events(role(), bytes, events);
}

TEST_P(WebSocketMessage, AllowsThePayloadLimitAndRefusesOneByteMore) {
  const Limits limits{.message_bytes = 200, .fragments = 10};
  const std::string most(200, 'x');
  expect_events(role(), frame(1, most), {text(most)}, limits);
  expect_error(role(), frame(1, most + "x"), Errc::message_too_big, {}, limits);
  expect_events(role(), frame(1, most.substr(0, 150), more) + frame(0, most.substr(150)),
                {text(most)}, limits);
  expect_error(role(), frame(1, most.substr(0, 150), more) + frame(0, std::string(51, 'x')),
               Errc::message_too_big, {}, limits);
}

TEST_P(WebSocketMessage, CountsNoControlPayloadAsMessage) {
  const Limits limits{.message_bytes = 4, .fragments = 2};
  const std::string big(125, 'p');
  expect_events(role(), frame(1, "ab", more) + frame(9, big) + frame(10, big) + frame(0, "cd"),
                {ping(big), pong(big), text("abcd")}, limits);
  expect_events(role(), frame(9, "12345"), {ping("12345")}, {.message_bytes = 0});
}

TEST_P(WebSocketMessage, CountsEachMessageAfresh) {
  const Limits limits{.message_bytes = 4, .fragments = 2};
  const std::string message = frame(1, "ab", more) + frame(0, "cd");
  expect_events(role(), message + message + frame(2, "1234") + message,
                {text("abcd"), text("abcd"), binary("1234"), text("abcd")}, limits);
}

TEST_P(WebSocketMessage, RefusesTooMuchAtTheHeader) {
  const Limits limits{.message_bytes = 1000};
  for (const std::uint64_t length :
       {std::uint64_t{1001}, std::uint64_t{65536}, ~std::uint64_t{0} >> 1}) {
    const std::string header = frame_to(role(), RawFrame{.opcode = 2, .announced = length});
    expect_error(role(), header, Errc::message_too_big, {}, limits);
    expect_error(role(),
                 frame(2, "x", more) + frame_to(role(), RawFrame{.opcode = 0, .announced = length}),
                 Errc::message_too_big, {}, limits);
  }
}

TEST_P(WebSocketMessage, AllowsTheFragmentLimitAndRefusesOneMore) {
  const Limits limits{.fragments = 20};
  for (const std::string& content : {std::string(), std::string("x")}) {
    std::string fragments = frame(2, content, more);
    std::string message = content;
    for (int i = 2; i <= 19; ++i) {
      fragments += frame(0, content, more);
      message += content;
    }
    expect_events(role(), fragments + frame(0, content), {binary(message + content)}, limits);
    expect_error(role(), fragments + frame(0, content, more) + frame(0, content),
                 Errc::too_many_fragments, {}, limits);
  }
}

TEST_P(WebSocketMessage, StopsEndlessFragmentsByDefault) {
  for (const auto& [message_bytes, most] : {std::pair{1'000, 1'024}, {1'000'000, 15'625}}) {
    const Limits limits{.message_bytes = static_cast<std::size_t>(message_bytes)};
    std::string fragments = frame(1, "", more);
    for (int i = 1; i < most; ++i) fragments += frame(0, "", more);
    EXPECT_EQ(decode(role(), limits, {fragments}).error, std::nullopt);
    const std::string one_more = frame(0, "");
    EXPECT_EQ(decode(role(), limits, {fragments, one_more}).error, Errc::too_many_fragments);
  }
}

// Go's libraries write frames of 4096 bytes; the smallest in Autobahn have 64.
TEST_P(WebSocketMessage, TakesWhateverFitsInFramesThatAreNotTiny) {
  const Limits limits{.message_bytes = 8 * 1024 * 1024};
  const std::string message(limits.message_bytes, 'x');
  for (const std::size_t frame_bytes : {4096, 64}) {
    std::string bytes;
    for (std::size_t begin = 0; begin < message.size(); begin += frame_bytes) {
      const bool last = begin + frame_bytes == message.size();
      bytes += frame(begin == 0 ? 2 : 0, message.substr(begin, frame_bytes), last ? 0x80 : more);
    }
    const Outcome outcome = decode(role(), limits, {bytes});
    EXPECT_EQ(outcome.error, std::nullopt);
    ASSERT_EQ(outcome.events.size(), 1u);
    EXPECT_TRUE(outcome.events[0] == binary(message));
  }
}

TEST_P(WebSocketMessage, TakesLengthsAroundEachForm) {
  for (const std::size_t length : {0, 1, 125, 126, 127, 65535, 65536}) {
    const std::string payload(length, 'x');
    expect_events(role(), frame(1, payload) + frame(2, payload), {text(payload), binary(payload)});
  }
  const std::string payload(1'000'000, 'x');
  expect_events(role(), frame(1, payload), {text(payload)});
  expect_error(role(), frame(1, payload + "x").substr(0, 100), Errc::message_too_big);
}

TEST_P(WebSocketMessage, KeepsSilentAboutWhatIsUnfinished) {
  const std::string bytes = frame(1, "a", more) + frame(9, "ping") + frame(0, "bc");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Outcome outcome = decode(role(), {}, {std::string_view(bytes).substr(0, size)});
    EXPECT_EQ(outcome.error, std::nullopt);
    EXPECT_LE(outcome.events.size(), 1u);
    for (const Received& event : outcome.events) EXPECT_EQ(event, ping("ping"));
  }
}

}  // namespace
}  // namespace socketio::support
