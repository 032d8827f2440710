// SPDX-License-Identifier: MIT
// The Engine.IO client and servers that violate the protocol in handshakes, HTTP responses, frames
// and heartbeats. Each violation has its error, and nothing may be left behind.
#include "engine/websocket_connection.hpp"
#include "support/engine_town.hpp"
#include "support/lying_server.hpp"
#include "support/websocket_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using engine::TransportName;
using testing::HasSubstr;
using Strings = std::vector<std::string>;

const std::string handshake =
    R"(0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000})";

bool is_post(const http::Request& request) { return request.method == "POST"; }
bool has_sid(const http::Request& request) {
  return !http::query_value(request.query(), "sid").empty();
}

class LiarTest : public testing::Test {
 protected:
  ~LiarTest() override { end(); }

  void end() {
    log.session.reset();
    EXPECT_TRUE(loop.run_until_idle());
    EXPECT_EQ(server.connections, 0U);
    EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
    EXPECT_EQ(log.faults, Strings{});
    EXPECT_LE(log.closes, 1);
  }
  void open(TransportName name = TransportName::polling) {
    log = {};
    options.transports = {name};
    log.open(loop, connector, options, memory);
    loop.run_for(1s);
  }
  /// Returns the connection of a server that sends the handshake over WebSocket.
  LyingServer::Connection* open_websocket() {
    server.script = [this](auto& connection, const auto& request) {
      connection.accept_websocket(request);
      connection.say_text(handshake);
      opened = &connection;
    };
    open(TransportName::websocket);
    return opened;
  }
  /// Sets up a server that sends `bytes` as soon as the WebSocket is open.
  void on_websocket_say(const std::string& bytes) {
    server.script = [bytes](auto& connection, const auto& request) {
      connection.accept_websocket(request);
      connection.say(bytes);
    };
    open(TransportName::websocket);
  }
  /// Polling: sends the handshake, then one of `answers` for each GET, and `to_post` for POSTs.
  void poll_says(Strings answers, const std::string& to_post = answer("ok")) {
    server.script = [answers, to_post, next = std::size_t{0}](auto& connection,
                                                              const auto& request) mutable {
      if (is_post(request)) return connection.say(to_post);
      if (!has_sid(request)) return connection.say(answer(handshake));
      if (next < answers.size()) connection.say(answer(answers[next++]));
    };
    open();
  }
  void expect_end(std::string_view reason, std::string_view message = {}) {
    EXPECT_EQ(log.closes, 1);
    EXPECT_EQ(log.ended, reason);
    EXPECT_EQ(log.failure.message, message);
  }

  SimulatedLoop loop{1};
  Network network{loop};
  LyingServer server{network};
  LyingServer::Connection* opened = nullptr;
  SimulatedConnector connector{loop, server.dial()};
  engine::ClientOptions options{.endpoint = {.host = "simulation", .port = 80}};
  SessionLog::Memory memory;
  SessionLog log;
};

std::string text_frame(std::string text) { return frame_to(Role::client, 1, std::move(text)); }

// --- The handshake ---

const Strings bad_handshakes{
    R"(0{"upgrades":[],"pingInterval":25000,"pingTimeout":20000})",
    R"(0{"sid":"","upgrades":[],"pingInterval":25000,"pingTimeout":20000})",
    R"(0{"sid":7,"upgrades":[],"pingInterval":25000,"pingTimeout":20000})",
    R"(0{"sid":"a","upgrades":[],"pingInterval":-1,"pingTimeout":20000})",
    R"(0{"sid":"a","upgrades":[],"pingInterval":1e18,"pingTimeout":20000})",
    R"(0{"sid":"a","upgrades":[],"pingInterval":"25000","pingTimeout":20000})",
    R"(0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":null})",
    R"(0{"sid":"a","upgrades":"websocket","pingInterval":25000,"pingTimeout":20000})",
    R"(0{"sid":"a","upgrades":[7],"pingInterval":25000,"pingTimeout":20000})",
    R"(0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":-1})",
    R"(0{"sid":")" + std::string(1'000'000, 'a') +
        R"(","upgrades":[],"pingInterval":25000,"pingTimeout":20000})",
    "0",
    "0null",
    "0{",
    "0<html>",
};

TEST_F(LiarTest, AHandshakeThatMakesNoSenseIsAnError) {
  for (const std::string& packet : bad_handshakes) {
    SCOPED_TRACE(packet.substr(0, 100));
    server.script = [&](auto& connection, const auto&) { connection.say(answer(packet)); };
    open();
    expect_end("transport error", "server error");
    EXPECT_EQ(log.opens, 0);
    on_websocket_say(text_frame(packet));
    expect_end("transport error", "server error");
    EXPECT_EQ(log.opens, 0);
  }
}

TEST_F(LiarTest, AHandshakeMayHoldWhatWeDoNotKnow) {
  const std::string packet =
      R"(0{"sid":"a b&c","upgrades":["carrier pigeon","polling"],"pingInterval":1,"pingTimeout":1,"new":{}})";
  server.script = [&](auto& connection, const auto& request) {
    if (!has_sid(request)) connection.say(answer(packet));
  };
  options.transports = {TransportName::polling};
  log.open(loop, connector, options, memory);
  loop.run_for(1ms);
  EXPECT_EQ(log.opens, 1);
  EXPECT_EQ(server.requests.back().target, "/socket.io/?EIO=4&transport=polling&sid=a%20b%26c");
  EXPECT_FALSE(log.session->heartbeat_expired());
  loop.timers().set_now(loop.now() + 2ms);
  EXPECT_EQ(log.closes, 0) << "the loop has not turned yet";
  EXPECT_TRUE(log.session->heartbeat_expired());
  loop.run_for(1s);
  expect_end("ping timeout");
}

// As in the JavaScript client, pings must arrive within the sum of the two.
TEST_F(LiarTest, AnIntervalOfAHeartbeatMayBeZero) {
  const auto open_with = [&](const std::string& heartbeat) {
    open_websocket();
    on_websocket_say(text_frame(R"(0{"sid":"a","upgrades":[],)" + heartbeat + "}"));
    EXPECT_EQ(log.opens, 1);
  };
  open_with(R"("pingInterval":0,"pingTimeout":20000)");
  loop.run_for(18s);
  EXPECT_EQ(log.closes, 0);
  loop.run_for(2s);
  expect_end("ping timeout");
  open_with(R"("pingInterval":20000.5,"pingTimeout":0)");
  loop.run_for(18s);
  EXPECT_EQ(log.closes, 0);
  loop.run_for(2s);
  expect_end("ping timeout");
  open_with(R"("pingInterval":0,"pingTimeout":0)");
  expect_end("ping timeout");
}

TEST_F(LiarTest, ASecondHandshakeIsAnError) {
  poll_says({handshake});
  expect_end("transport error", "server error");
  EXPECT_EQ(log.opens, 1);
  on_websocket_say(text_frame(handshake) + text_frame(handshake));
  expect_end("transport error", "server error");
  EXPECT_EQ(log.opens, 1);
}

TEST_F(LiarTest, AnAnswerWithoutAHandshakeIsAnError) {
  server.script = [](auto& connection, const auto&) {
    connection.say(
        answer("4hello\x1e"
               "6"));
  };
  open();
  expect_end("transport error", "server error");
  EXPECT_EQ(log.received, Strings{});
}

// --- HTTP responses ---

struct BadAnswer {
  std::string bytes;
  std::string message;
  std::uint16_t status;
  std::string details;
};

const std::vector<BadAnswer> bad_answers{
    {answer("", 500), "xhr poll error", 500, "Internal Server Error"},
    {answer("<html>busy</html>", 503), "xhr poll error", 503, "Service Unavailable"},
    {answer("try later", 503), "xhr poll error", 503, "try later"},
    {answer("{\"code\":4,\"message\":\"Forbidden\"}", 400), "xhr poll error", 400, "Forbidden"},
    {answer("{\"code\":", 400), "xhr poll error", 400, "{\"code\":"},
    {answer("{\"code\":5,\"message\":\"Unsupported protocol version\"}", 400), "xhr poll error",
     400, "another version of the Engine.IO protocol"},
    {answer("", 301, {{"Location", "http://simulation/"}}), "xhr poll error", 301,
     "redirected to http://simulation/"},
    {answer("", 204), "xhr poll error", 204, "No Content"},
    {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01", "xhr poll error",
     101, "switched to another protocol"},
    {answer("\x1f\x8b\x08", 200, {{"Content-Encoding", "gzip"}}), "xhr poll error", 200,
     "compressed"},
    {answer("<html><body>Please log in</body></html>"), "server error", 0, "page"},
    {answer("96:0{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":5000}2:40"),
     "server error", 0, "another version of the Engine.IO protocol"},
    {answer("\xff\xfe"), "server error", 0, "cannot be decoded"},
    {answer(""), "server error", 0, "cannot be decoded"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n", "xhr poll error", 0,
     "max_payload_bytes"},
    {"HTTP/1.1 200 OK\r\nX: " + std::string(1'000'000, 'x'), "xhr poll error", 0,
     "header is too large"},
    {"SSH-2.0-OpenSSH_9.2\r\n", "xhr poll error", 0, "not HTTP"},
};

TEST_F(LiarTest, AnAnswerThatIsNoneIsAnErrorWithItsStatus) {
  for (const BadAnswer& bad : bad_answers) {
    SCOPED_TRACE(bad.bytes.substr(0, 200));
    server.script = [&](auto& connection, const auto&) { connection.say(bad.bytes); };
    open();
    expect_end("transport error", bad.message);
    EXPECT_EQ(log.failure.status, bad.status);
    EXPECT_THAT(log.failure.details, HasSubstr(bad.details));
    EXPECT_EQ(server.connections, 0U);
  }
}

TEST_F(LiarTest, ARefusedPostIsAnError) {
  for (const std::uint16_t status : {400, 413, 500}) {
    poll_says({}, answer("", status));
    log.session->send_text("hello", Compress::yes);
    loop.run_for(1s);
    expect_end("transport error", "xhr post error");
    EXPECT_EQ(log.failure.status, status);
  }
}

TEST_F(LiarTest, AServerThatHangsUpIsAnError) {
  for (const bool cuts : {false, true}) {
    server.script = [cuts](auto& connection, const auto&) {
      cuts ? connection.stream()->reset() : connection.close();
    };
    open();
    expect_end("transport error", "xhr poll error");
    EXPECT_EQ(log.failure.code == std::errc::connection_reset, cuts);
    open(TransportName::websocket);
    expect_end("transport error", "websocket error");
    EXPECT_EQ(log.failure.code == std::errc::connection_reset, cuts);
  }
}

TEST_F(LiarTest, ARequestTimeoutEndsWhatHangs) {
  options.request_timeout = 300ms;
  server.script = [](auto&, const auto&) {};
  open();
  expect_end("transport error", "xhr poll error");
  EXPECT_EQ(log.failure.code, std::errc::timed_out);
}

// --- Packets ---

TEST_F(LiarTest, APacketThatCannotBeDecodedIsAnError) {
  for (const char* packet : {"", "7", "x", "bnot base64", "96:0{}"}) {
    SCOPED_TRACE(packet);
    poll_says({"4before", packet});
    expect_end("transport error", "server error");
    EXPECT_EQ(log.received, Strings{"before"});
    on_websocket_say(text_frame(handshake) + text_frame("4before") + text_frame(packet));
    expect_end("transport error", "server error");
    EXPECT_EQ(log.received, Strings{"before"});
  }
}

TEST_F(LiarTest, TooManyPacketsInOneAnswerAreAnError) {
  options.packets_per_payload = 3;
  poll_says(
      {"4a\x1e"
       "4b\x1e"
       "4c"});
  EXPECT_EQ(log.closes, 0);
  poll_says(
      {"4a\x1e"
       "4b\x1e"
       "4c\x1e"
       "4d"});
  expect_end("transport error", "server error");
}

TEST_F(LiarTest, PacketsOutOfPlaceAreIgnored) {
  poll_says({"6", "3", "5",
             "3probe\x1e"
             "4a\x1e"
             "6what"});
  EXPECT_EQ(log.closes, 0);
  EXPECT_EQ(log.received, Strings{"a"});
  on_websocket_say(text_frame("4early") + text_frame("2") + text_frame(handshake) +
                   text_frame("1") + text_frame("5") + text_frame("3") + text_frame("4a"));
  EXPECT_EQ(log.closes, 0);
  EXPECT_EQ(log.received, Strings{"a"});
}

TEST_F(LiarTest, AClosePacketOverPollingEndsTheSession) {
  poll_says(
      {"4a\x1e"
       "1\x1e"
       "4b"});
  expect_end("transport close");
  EXPECT_EQ(log.received, Strings{"a"});
}

// --- Frames ---

struct BadFrames {
  std::string bytes;
  std::uint16_t close_code;
};

TEST_F(LiarTest, FramesThatBreakTheProtocolAreAnErrorWithItsCode) {
  options.max_payload_bytes = 1'000;
  options.fragments_per_message = 4;
  const auto fragments = [](int count) {
    std::string bytes = frame_to(Role::client, 1, "4", 0);
    for (int i = 1; i < count; ++i) bytes += frame_to(Role::client, 0, "", 0);
    return bytes;
  };
  const std::vector<BadFrames> cases{
      {frame_to(Role::client, {.payload = "4a", .mask = {{1, 2, 3, 4}}}), 1002},
      {frame_to(Role::client, 1, "4a", 0xc0), 1002},
      {frame_to(Role::client, 3, "4a"), 1002},
      {frame_to(Role::client, {.opcode = 2, .announced = std::uint64_t{1} << 63}), 1002},
      {frame_to(Role::client, {.opcode = 2, .announced = (std::uint64_t{1} << 63) - 1}), 1009},
      {frame_to(Role::client, 2, std::string(1'001, 'x')), 1009},
      {fragments(5), 1008},
      {text_frame("4\xff"), 1007},
      {frame_to(Role::client, 8, "\x03\xed"), 1002},
      {frame_to(Role::client, 9, std::string(126, 'x')), 1002},
  };
  for (const BadFrames& bad : cases) {
    SCOPED_TRACE(testing::PrintToString(bad.bytes.substr(0, 20)));
    server.close_codes.clear();
    on_websocket_say(text_frame(handshake) + bad.bytes);
    expect_end("transport error", "websocket error");
    EXPECT_NE(log.failure.details, "");
    ASSERT_EQ(server.close_codes.size(), 1U);
    EXPECT_EQ(server.close_codes[0], bad.close_code);
  }
}

TEST_F(LiarTest, AMessageMayComeInFramesOf4096Bytes) {
  const std::string message(5 * 1024 * 1024, 'x');
  const std::string packet = "4" + message;
  std::string bytes;
  for (std::size_t begin = 0; begin < packet.size(); begin += 4096) {
    const bool last = begin + 4096 >= packet.size();
    bytes +=
        frame_to(Role::client, begin == 0 ? 1 : 0, packet.substr(begin, 4096), last ? 0x80 : 0);
  }
  on_websocket_say(text_frame(handshake) + bytes);
  EXPECT_EQ(log.closes, 0);
  ASSERT_EQ(log.received.size(), 1U);
  EXPECT_TRUE(log.received[0] == message);
}

TEST_F(LiarTest, ACloseFrameIsAnsweredWithItsCode) {
  for (const std::uint16_t code : {1000, 1001, 4000}) {
    server.close_codes.clear();
    on_websocket_say(
        text_frame(handshake) +
        frame_to(Role::client, 8,
                 websocket::close_payload(static_cast<websocket::CloseCode>(code), "why")) +
        text_frame("4behind"));
    expect_end("transport close");
    EXPECT_EQ(server.close_codes, std::vector<std::uint16_t>{code});
    EXPECT_EQ(log.received, Strings{});
  }
}

TEST_F(LiarTest, AnUpgradeAnswerThatDoesNotFitIsAnError) {
  const std::string good =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\n";
  const Strings cases{
      good + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
      good + "\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      answer("0{}"),
  };
  for (const std::string& bytes : cases) {
    server.script = [&](auto& connection, const auto&) { connection.say(bytes); };
    open(TransportName::websocket);
    expect_end("transport error", "websocket error");
    EXPECT_NE(log.failure.details, "");
    EXPECT_EQ(server.connections, 0U);
  }
}

TEST_F(LiarTest, NothingThatFollowsTheGoodbyeIsAnError) {
  for (const bool cuts : {false, true}) {
    LyingServer::Connection* parked = nullptr;
    server.script = [&](auto& connection, const auto& request) {
      if (!has_sid(request)) return connection.say(answer(handshake));
      if (!is_post(request)) {
        parked = &connection;
        return;
      }
      EXPECT_EQ(request.body, "1");
      cuts ? parked->stream()->reset() : parked->say(answer("", 400));
      loop.after(50ms, [&connection] { connection.say(answer("gone", 400)); });
    };
    open();
    log.session->close();
    EXPECT_EQ(log.closes, 0);
    loop.run_for(1s);
    expect_end("forced close");
    EXPECT_EQ(server.connections, 0U);
  }
}

// --- Heartbeats ---

TEST_F(LiarTest, AServerThatNeverPingsIsGivenUpWhateverElseItSends) {
  server.script = [](auto& connection, const auto& request) {
    connection.accept_websocket(request);
    connection.say_text(handshake);
  };
  server.on_text = [](auto& connection, std::string_view) { connection.say_text("4again"); };
  open(TransportName::websocket);
  for (int second = 2; second < 45; ++second) {
    log.session->send_text("and again", Compress::yes);
    loop.run_for(1s);
  }
  EXPECT_EQ(log.closes, 0);
  loop.run_for(2s);
  expect_end("ping timeout");
  EXPECT_EQ(log.received.size(), 43U);
}

TEST_F(LiarTest, AFloodOfPingsGetsABoundedNumberOfAnswers) {
  LyingServer::Connection* const last = open_websocket();
  for (int i = 0; i < 1'000; ++i) {
    last->say_text("2");
    loop.run_for(1ms);
  }
  loop.run_for(1s);
  const auto pongs = std::count(server.texts.begin(), server.texts.end(), "3");
  EXPECT_GE(pongs, 50);
  EXPECT_LE(pongs, 102);
  EXPECT_EQ(log.pings, 1'000);
  EXPECT_EQ(log.closes, 0);
  // The last of them is answered as well.
  server.texts.clear();
  last->say_text("2");
  loop.run_for(0ms);
  last->say_text("2");
  loop.run_for(1s);
  EXPECT_EQ(server.texts, (Strings{"3", "3"}));
}

// See engine::pongs_per_read.
TEST_F(LiarTest, EachWebSocketPingOfOneReadIsAnsweredUpToALimit) {
  for (const std::size_t surplus : {0, 1, 5}) {
    SCOPED_TRACE(surplus);
    std::string bytes = text_frame(handshake);
    Strings expected;
    for (std::size_t i = 0; i < engine::pongs_per_read + surplus; ++i) {
      bytes += frame_to(Role::client, 9, std::to_string(i));
      if (i < engine::pongs_per_read) expected.push_back(std::to_string(i));
    }
    if (surplus > 0) {
      // The last of them.
      expected.push_back(std::to_string(engine::pongs_per_read + surplus - 1));
    }
    server.pongs.clear();
    on_websocket_say(bytes);
    EXPECT_EQ(log.closes, 0);
    EXPECT_EQ(log.pings, 0) << "they are no heartbeat";
    EXPECT_EQ(server.pongs, expected);
  }
}

// The client must not queue pongs without limit; see engine::pong_backlog_bytes.
TEST_F(LiarTest, AServerThatReadsNothingGetsNoPongsBehindWhatWaitsForIt) {
  LyingServer::Connection* const last = open_websocket();
  network.profile.window_bytes = 1'000;
  last->stream()->pause_reading();
  const auto waiting = [this] { return connector.streams().back()->queued_bytes(); };
  const auto fill = [&](std::size_t bytes) {
    log.session->send_text(std::string(bytes, 'x'), Compress::yes);
    loop.run_for(0ms);
  };
  fill(30'000);
  const std::size_t overhead_bytes = waiting() + network.profile.window_bytes - 30'000;
  fill(engine::pong_backlog_bytes - waiting() - overhead_bytes);
  ASSERT_EQ(waiting(), engine::pong_backlog_bytes);
  for (int i = 0; i < 100; ++i) {
    last->say(frame_to(Role::client, 9, "ping"));
    loop.run_for(0ms);
    EXPECT_EQ(waiting(), engine::pong_backlog_bytes + 10) << "one pong, the last that fits";
  }
  EXPECT_EQ(log.closes, 0);
  last->stream()->resume_reading();
}

// A server may use a ping as a barrier and wait for its pong.
TEST_F(LiarTest, AServerThatReadsLateGetsThePongToItsLastPingBehindWhatWaitedForIt) {
  LyingServer::Connection* const last = open_websocket();
  network.profile.window_bytes = 1'000;
  last->stream()->pause_reading();
  log.session->send_text(std::string(2 * engine::pong_backlog_bytes, 'x'), Compress::yes);
  loop.run_for(0ms);
  const auto queued_bytes = [this] { return connector.streams().back()->queued_bytes(); };
  const std::size_t before = queued_bytes();
  for (const char* payload : {"first", "second", "last"}) {
    last->say(frame_to(Role::client, 9, payload));
    loop.run_for(0ms);
  }
  EXPECT_EQ(queued_bytes(), before);
  server.on_text = [this](auto&, std::string_view) { EXPECT_EQ(server.pongs, Strings{}); };
  server.texts.clear();
  last->stream()->resume_reading();
  loop.run_for(0ms);
  EXPECT_EQ(server.texts.size(), 1U);
  EXPECT_EQ(server.pongs, Strings{"last"});

  last->say(frame_to(Role::client, 9, "next"));
  loop.run_for(0ms);
  EXPECT_EQ(server.pongs, (Strings{"last", "next"}));
  EXPECT_EQ(log.closes, 0);
}

// --- Upgrade ---

TEST_F(LiarTest, AProbeThatIsAnsweredWronglyIsGivenUp) {
  const std::string offer =
      R"(0{"sid":"abc","upgrades":["websocket","websocket"],"pingInterval":25000,"pingTimeout":20000})";
  for (const char* packet : {"3", "3prob", "4message", "2probe", "6", "junk", ""}) {
    SCOPED_TRACE(packet);
    std::size_t probes = 0;
    server.script = [&](auto& connection, const auto& request) {
      if (http::query_value(request.query(), "transport") == "websocket") {
        ++probes;
        connection.accept_websocket(request);
      } else if (is_post(request)) {
        connection.say(answer("ok"));
      } else if (!has_sid(request)) {
        connection.say(answer(offer));
      }
    };
    server.on_text = [&](auto& connection, std::string_view) { connection.say_text(packet); };
    log = {};
    options.transports = {TransportName::polling, TransportName::websocket};
    log.open(loop, connector, options, memory);
    loop.run_for(1s);
    EXPECT_EQ(probes, 1U);
    EXPECT_EQ(log.opens, 1);
    EXPECT_EQ(log.closes, 0);
    EXPECT_EQ(log.session->transport_name(), TransportName::polling);
    EXPECT_EQ(server.connections, 1U) << "the poll";
  }
}

// --- Connections that are not kept ---

TEST_F(LiarTest, AConnectionThatDoesNotOutliveItsAnswerCostsOneSessionAtMost) {
  std::size_t dialled = 0;  // when the latest POST came
  server.script = [&](auto& connection, const auto& request) {
    if (!has_sid(request)) return connection.say(answer(handshake));
    if (!is_post(request)) return;
    const bool is_kept = std::exchange(dialled, server.dialled) == server.dialled;
    if (is_kept) return connection.close();
    connection.say(answer("ok"));
  };
  const auto send_twice = [this] {
    for (int i = 0; i < 2; ++i) {
      log.session->send_text("hello", Compress::yes);
      loop.run_for(10ms);
    }
  };
  open();
  send_twice();
  expect_end("transport error", "xhr post error");
  open();
  send_twice();
  EXPECT_EQ(log.closes, 0) << log.failure.message;
}

}  // namespace
}  // namespace socketio::support
