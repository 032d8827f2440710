// SPDX-License-Identifier: MIT
// WebSocket messages that arrive slowly, in virtual time: `Limits::message_timeout`.
#include "support/simulated_server_test.hpp"
#include "support/websocket_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr std::string_view text_frame = "\x81"sv;
constexpr std::string_view first_frame = "\x01"sv;
constexpr std::string_view middle_frame = "\x00"sv;
constexpr std::string_view ping_frame = "\x89"sv;

/// The header of a frame, with a mask that changes nothing.
std::string header(std::string_view first_byte, std::uint16_t length) {
  std::string bytes(first_byte);
  const bool is_short = length < 126;
  bytes += static_cast<char>(is_short ? 0x80 | length : 0xfe);
  if (!is_short) {
    bytes += static_cast<char>(length >> 8);
    bytes += static_cast<char>(length & 0xff);
  }
  return bytes + std::string(4, '\0');
}

class SlowSenders : public SimulatedServerTest {
 protected:
  SlowSenders() : SimulatedServerTest(without_pings()) {
    server.of().on("news", [this](Socket&, const std::string& text) { received = text.size(); });
    connect(client);
    stream = client.engine().websocket()->stream();
  }
  /// A pong would be sent in the middle of the message.
  static ServerOptions without_pings() {
    ServerOptions options;
    options.ping_interval = 1h;
    return options;
  }
  static std::string event(std::size_t bytes) {
    return R"(42["news",")" + std::string(bytes, 'x') + R"("])";
  }
  /// Sends `bytes` in pieces, one each second, half a second after the ticks of the server's clock.
  void trickle(std::string_view bytes, std::size_t piece) {
    for (auto due = 500ms; !bytes.empty(); due += 1s) {
      send_at(due, bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
    }
  }
  void send_at(milliseconds due, std::string_view bytes) {
    loop.after(due, [stream = stream, text = std::string(bytes)] { stream->write(text); });
  }
  void expect_cut_after(milliseconds time) {
    const auto start = loop.elapsed();
    loop.run_for(time - 1ms);
    EXPECT_FALSE(reason);
    loop.run_for(1ms);
    EXPECT_EQ(reason, DisconnectReason::transport_error);
    EXPECT_EQ(ended_at - start, time);
    EXPECT_EQ(received, 0U);
  }

  ScriptedClient client{loop, server.dial(), {.travel = Travel::websocket}};
  std::shared_ptr<SimulatedStream> stream;
  std::size_t received = 0;
};

TEST_F(SlowSenders, AMessageMayComeAsSlowlyAsABody) {
  const std::string message = event(40'000);
  stream->write(header(text_frame, static_cast<std::uint16_t>(message.size())));
  trickle(message, 1'024);
  loop.run_for(40s);
  EXPECT_EQ(received, 40'000U);
  loop.run_for(2min);
  EXPECT_FALSE(reason);
}

TEST_F(SlowSenders, AMessageThatComesSlowerIsCut) {
  const std::string message = event(40'000);
  stream->write(header(text_frame, static_cast<std::uint16_t>(message.size())));
  trickle(message, 1'023);
  expect_cut_after(30s);
}

TEST_F(SlowSenders, AMessageThatStopsIsCut) {
  stream->write(header(text_frame, 1'000) + "42[");
  expect_cut_after(30s);
}

TEST_F(SlowSenders, AMessageThatEndsInTimeMayBeSlow) {
  const std::string message = event(10);
  stream->write(header(text_frame, static_cast<std::uint16_t>(message.size())));
  send_at(29'999ms, message);
  loop.run_for(2min);
  EXPECT_EQ(received, 10U);
  EXPECT_FALSE(reason);
}

TEST_F(SlowSenders, AHeaderThatStopsIsCut) {
  stream->write(text_frame);
  expect_cut_after(30s);
}

TEST_F(SlowSenders, FragmentsThatTrickleAreCut) {
  stream->write(header(first_frame, 1) + "4");
  for (auto due = 500ms; due < 60s; due += 1s) send_at(due, header(middle_frame, 1) + "x");
  expect_cut_after(30s);
}

TEST_F(SlowSenders, PingsBetweenFragmentsAreNoProgress) {
  stream->write(header(first_frame, 1) + "4");
  // The client takes the pong for a packet: one without effect.
  const std::string ping = header(ping_frame, 125) + std::string(125, '6');
  for (auto due = 500ms; due < 60s; due += 1s) {
    for (int i = 0; i < 20; ++i) send_at(due, ping);
  }
  expect_cut_after(30s);
}

TEST_F(SlowSenders, EachMessageHasItsOwnTime) {
  const std::string message = event(10);
  const std::string whole =
      header(text_frame, static_cast<std::uint16_t>(message.size())) + message;
  // Each read ends one message and begins another.
  stream->write(whole.substr(0, 8));
  for (auto due = 20s; due <= 100s; due += 20s) send_at(due, whole.substr(8) + whole.substr(0, 8));
  loop.run_for(129'999ms);
  EXPECT_FALSE(reason);
  loop.run_for(1ms);
  EXPECT_EQ(reason, DisconnectReason::transport_error);
}

TEST(SlowSendersWithoutLimit, MayStop) {
  SimulatedLoop loop{1};
  Network network{loop};
  ServerOptions options;
  options.ping_interval = 1h;
  options.limits.message_timeout = 0ms;
  SimulatedServer server(network, options);
  ScriptedClient client{loop, server.dial(), {.travel = Travel::websocket}};
  client.connect();
  loop.run_for(0ms);
  client.engine().websocket()->stream()->write(header(text_frame, 1'000));
  loop.run_for(1s);
  const auto next = loop.timers().next_deadline();
  ASSERT_TRUE(next);
  EXPECT_GT(*next - loop.now(), 1min) << "nothing watches the message";
  EXPECT_TRUE(client.is_connected());
  server.close();
  loop.run_for(10min);
}

}  // namespace
}  // namespace socketio::support
