// SPDX-License-Identifier: MIT
// A client's HTTP channel: one request after another, connections that are reused and replaced, and
// servers that answer wrongly, late or never.
#include "engine/client/http_channel.hpp"

#include "support/lying_server.hpp"
#include "support/simulated_connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using engine::Failure;
using engine::HttpChannel;
using testing::HasSubstr;

class HttpChannelTest : public testing::Test {
 protected:
  ~HttpChannelTest() override {
    channel->close();
    EXPECT_TRUE(loop.run_until_idle());
    EXPECT_EQ(server.connections, 0U);
    EXPECT_EQ(network.live_ends(), 0U) << network.open_ends();
  }

  void make_channel(std::chrono::milliseconds request_timeout = 0ms) {
    channel = std::make_shared<HttpChannel>(
        loop, connector, HttpChannel::Settings{{"simulation", 80}, 1'000, request_timeout});
  }
  void send(std::string_view method = "GET") {
    auto request = request_to(method, "/");
    channel->send(std::move(request), [this](const http::Response* response, const Failure& why) {
      bodies.push_back(response ? response->body : "failure");
      failure = why;
      if (then) then();
    });
  }
  /// The result of one request that is answered with these bytes.
  std::string fate(const std::string& bytes, bool ends = false) {
    server.script = [bytes, ends](auto& connection, const auto&) {
      connection.say(bytes);
      if (ends) connection.close();
    };
    bodies.clear();
    send();
    loop.run_for(1s);
    EXPECT_EQ(bodies.size(), 1U);
    return bodies.empty() ? "nothing" : bodies.front();
  }

  SimulatedLoop loop{1};
  Network network{loop};
  LyingServer server{network, [](auto& connection, const auto&) { connection.say(answer("ok")); }};
  SimulatedConnector connector{loop, server.dial()};
  std::shared_ptr<HttpChannel> channel = std::make_shared<HttpChannel>(
      loop, connector, HttpChannel::Settings{{"simulation", 80}, 1'000});
  std::vector<std::string> bodies;
  Failure failure;
  std::function<void()> then;
};

using Bodies = std::vector<std::string>;

TEST_F(HttpChannelTest, AsksOneAfterAnotherOnOneConnection) {
  int left = 3;
  then = [&] {
    if (--left > 0) send("POST");
  };
  send();
  EXPECT_TRUE(channel->busy());
  EXPECT_EQ(bodies, Bodies{}) << "never before send() returns";
  loop.run_for(0ms);
  EXPECT_EQ(bodies, (Bodies{"ok", "ok", "ok"}));
  EXPECT_FALSE(channel->busy());
  EXPECT_EQ(server.dialled, 1U);
}

TEST_F(HttpChannelTest, AnswersMayComeInAnyPieces) {
  network.profile.piece_bytes = 3;
  EXPECT_EQ(fate(answer("hello")), "hello");
  EXPECT_EQ(fate("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
            "abc");
  EXPECT_EQ(fate("HTTP/1.1 200 OK\r\n\r\nto the end", true), "to the end");
  EXPECT_EQ(fate("HTTP/1.1 100 Continue\r\n\r\n" + answer("late")), "late");
}

TEST_F(HttpChannelTest, AConnectionThatWasIdleTooLongIsReplaced) {
  send();
  loop.run_for(HttpChannel::idle_limit - 1s);
  EXPECT_EQ(server.connections, 1U);
  send();
  loop.run_for(HttpChannel::idle_limit + 1s);
  EXPECT_EQ(server.dialled, 1U);
  EXPECT_EQ(server.connections, 0U) << "closed by us, before the server does it";
  send();
  loop.run_for(0ms);
  EXPECT_EQ(server.dialled, 2U);
  EXPECT_EQ(bodies, (Bodies{"ok", "ok", "ok"}));
}

TEST_F(HttpChannelTest, AServerThatAnnouncesLessPatienceIsBelieved) {
  const auto idle_after = [this](const std::string& keep_alive, milliseconds waited) {
    channel->close();
    loop.run_for(1s);
    const auto dialled = server.dialled;
    server.script = [keep_alive](auto& connection, const auto&) {
      connection.say(answer("ok", 200, {{"Keep-Alive", keep_alive}}));
    };
    send();
    loop.run_for(waited);
    send();
    loop.run_for(0ms);
    return server.dialled == dialled + 1 ? "reused" : "replaced";
  };
  EXPECT_STREQ(idle_after("timeout=3, max=100", 1'400ms), "reused");
  EXPECT_STREQ(idle_after("timeout=3, max=100", 1'600ms), "replaced");
  EXPECT_STREQ(idle_after("max=100, timeout=0", 100ms), "replaced");
  for (const char* text :
       {"timeout=99999999999999999999", "timeout=4294967295", "timeout=-1", "timeout=", "soon"}) {
    EXPECT_STREQ(idle_after(text, 3'900ms), "reused") << text;
    EXPECT_STREQ(idle_after(text, 4'100ms), "replaced") << text;
  }
}

TEST_F(HttpChannelTest, AConnectionThatTheServerClosedWhileIdleIsReplaced) {
  for (const char* method : {"GET", "POST"}) {
    send(method);
    loop.run_for(0ms);
    connector.streams().back()->reset();
    loop.run_for(0ms);
  }
  EXPECT_EQ(bodies, (Bodies{"ok", "ok"}));
  EXPECT_EQ(server.dialled, 2U);
}

TEST_F(HttpChannelTest, AServerThatWillNotKeepTheConnectionIsAskedOnANewOne) {
  for (const char* header : {"Connection: close\r\n", ""}) {
    const std::string version = *header ? "HTTP/1.1" : "HTTP/1.0";
    EXPECT_EQ(fate(version + " 200 OK\r\n" + header + "Content-Length: 2\r\n\r\nok"), "ok");
    EXPECT_EQ(server.connections, 0U);
  }
  EXPECT_EQ(server.dialled, 2U);
}

// The server closed the connection while the request was on its way.
TEST_F(HttpChannelTest, OnlyAGetIsRepeatedOnceAfterAnOrderlyEndWithoutAnAnswer) {
  send();
  loop.run_for(0ms);
  server.script = [this](auto& connection, const auto&) {
    if (server.dialled < 2) return connection.close();
    connection.say(answer("second"));
  };
  send();
  loop.run_for(0ms);
  EXPECT_EQ(bodies, (Bodies{"ok", "second"}));

  server.script = [](auto& connection, const auto&) { connection.close(); };
  send();
  loop.run_for(0ms);
  EXPECT_EQ(bodies.back(), "failure");
  EXPECT_EQ(server.requests.size(), 5U) << "the third was asked twice and no more";
  EXPECT_FALSE(failure.code);

  send();
  loop.run_for(0ms);
  EXPECT_EQ(server.requests.size(), 6U) << "a new connection is not asked twice";
}

TEST_F(HttpChannelTest, APostIsNotRepeated) {
  send("POST");
  loop.run_for(0ms);
  server.script = [](auto& connection, const auto&) { connection.close(); };
  send("POST");
  loop.run_for(0ms);
  EXPECT_EQ(bodies, (Bodies{"ok", "failure"}));
  EXPECT_EQ(server.requests.size(), 2U);
}

// A server that closes its connection after each response without announcing it.
TEST_F(HttpChannelTest, APostOfWhichNothingHasLeftGoesToANewConnection) {
  server.script = [](auto& connection, const auto&) {
    connection.say(answer("ok"));
    connection.close();
  };
  int left = 3;
  then = [&] {
    if (--left > 0) send("POST");
  };
  send("POST");
  loop.run_for(0ms);
  EXPECT_EQ(bodies, (Bodies{"ok", "ok", "ok"}));
  EXPECT_EQ(server.requests.size(), 3U);
  EXPECT_EQ(server.dialled, 3U);
}

TEST_F(HttpChannelTest, AlsoWhenWhatIsPostedRunsInTheTurnOfTheAnswer) {
  server.script = [](auto& connection, const auto&) {
    connection.say(answer("ok"));
    connection.close();
  };
  int left = 0;
  then = [&] {
    if (--left <= 0) return;
    send("POST");
    loop.hurry();
    loop.catch_up();
  };
  // Some connections end in the same turn as the response, others later.
  for (int round = 1; round <= 20; ++round) {
    left = 3;
    bodies.clear();
    send("POST");
    loop.run_for(1s);
    ASSERT_EQ(bodies, (Bodies{"ok", "ok", "ok"})) << round;
  }
}

TEST_F(HttpChannelTest, TellsThatAKeptConnectionWasClosed) {
  server.script = [](auto& connection, const auto&) { connection.close(); };
  send("POST");
  loop.run_for(0ms);
  EXPECT_FALSE(channel->met_the_end()) << "it was a new one";
  server.script = [](auto& connection, const auto&) { connection.say(answer("ok")); };
  send("POST");
  loop.run_for(0ms);
  server.script = [](auto& connection, const auto&) { connection.close(); };
  send("POST");
  loop.run_for(0ms);
  EXPECT_EQ(bodies, (Bodies{"failure", "ok", "failure"}));
  EXPECT_TRUE(channel->met_the_end());
}

TEST_F(HttpChannelTest, KeepsNoConnectionIfToldSo) {
  channel = std::make_shared<HttpChannel>(
      loop, connector, HttpChannel::Settings{{"simulation", 80}, 1'000, 0ms, false});
  for (int i = 0; i < 2; ++i) {
    send();
    loop.run_for(0ms);
    EXPECT_EQ(server.connections, 0U);
  }
  EXPECT_EQ(bodies, (Bodies{"ok", "ok"}));
}

TEST_F(HttpChannelTest, ABrokenConnectionIsNotTriedAgain) {
  send();
  loop.run_for(0ms);
  server.script = [](auto& connection, const auto&) { connection.stream()->reset(); };
  send();
  loop.run_for(0ms);
  EXPECT_EQ(bodies, (Bodies{"ok", "failure"}));
  EXPECT_EQ(failure.code, std::errc::connection_reset);
  EXPECT_EQ(server.requests.size(), 2U) << "an answer may have been lost with it";
}

TEST_F(HttpChannelTest, ARefusedConnectionIsAFailure) {
  connector.mode = SimulatedConnector::Mode::refuse;
  send();
  loop.run_for(0ms);
  EXPECT_EQ(bodies, Bodies{"failure"});
  EXPECT_EQ(failure.code, std::errc::connection_refused);
  EXPECT_EQ(failure.details, "connect to the simulation: Connection refused");
  connector.mode = SimulatedConnector::Mode::answer;
  send();
  loop.run_for(0ms);
  EXPECT_EQ(bodies.back(), "ok");
}

TEST_F(HttpChannelTest, TheTimeoutCountsFromTheRequestToTheEndOfTheAnswer) {
  make_channel(500ms);
  connector.mode = SimulatedConnector::Mode::silence;
  send();
  loop.run_for(499ms);
  EXPECT_EQ(bodies, Bodies{});
  loop.run_for(10ms);
  EXPECT_EQ(bodies, Bodies{"failure"});
  EXPECT_EQ(failure.code, std::errc::timed_out);

  connector.mode = SimulatedConnector::Mode::answer;
  server.script = [](auto& connection, const auto&) {
    connection.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
  };
  send();
  loop.run_for(510ms);
  EXPECT_EQ(bodies, (Bodies{"failure", "failure"}));
  loop.run_for(1s);
  EXPECT_EQ(server.connections, 0U);

  server.script = [](auto& connection, const auto&) { connection.say(answer("in time")); };
  send();
  loop.run_for(1s);
  EXPECT_EQ(bodies.back(), "in time") << "and the timeout does not count for what is idle";
  EXPECT_EQ(server.connections, 1U);
}

TEST_F(HttpChannelTest, WhatIsNoAnswerIsAFailure) {
  EXPECT_EQ(fate("SSH-2.0-OpenSSH\r\n"), "failure");
  EXPECT_THAT(failure.details, HasSubstr("not HTTP"));
  EXPECT_EQ(fate(std::string("\x15\x03\x01\x00\x02", 5)), "failure");
  EXPECT_EQ(fate("HTTP/1.1 200 OK\r\nX\r\n\r\n"), "failure");
  EXPECT_EQ(fate("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", true), "failure");
  EXPECT_THAT(failure.details, HasSubstr("closed before"));
  EXPECT_EQ(fate("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab", true),
            "failure");
  EXPECT_EQ(fate("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", true), "failure");
  EXPECT_EQ(fate("", true), "failure");
  EXPECT_EQ(fate("HTTP/1.1 200 OK\r\nContent-Ty", true), "failure");
}

TEST_F(HttpChannelTest, WhatNeverEndsIsBounded) {
  const auto head = [](std::size_t bytes) {
    return "HTTP/1.1 200 OK\r\nX: " + std::string(bytes, 'x') + "\r\nContent-Length: 0\r\n\r\n";
  };
  EXPECT_EQ(fate(head(engine::response_header_limit_bytes - 100)), "");
  EXPECT_EQ(fate(head(engine::response_header_limit_bytes)), "failure");
  EXPECT_THAT(failure.details, HasSubstr("header is too large"));
  const auto lines = [](std::size_t count) {
    std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    for (std::size_t i = 1; i < count; ++i) text += "X:\r\n";
    return text + "\r\n";
  };
  EXPECT_EQ(fate(lines(engine::response_header_limit)), "");
  EXPECT_EQ(fate(lines(engine::response_header_limit + 1)), "failure");
  EXPECT_EQ(fate(answer(std::string(1'000, 'x'))).size(), 1'000U);
  EXPECT_EQ(fate(answer(std::string(1'001, 'x'))), "failure");
  EXPECT_THAT(failure.details, HasSubstr("larger than"));
  std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 1'001; ++i) chunked += "1\r\nx\r\n";
  EXPECT_EQ(fate(chunked), "failure");
  EXPECT_EQ(fate("HTTP/1.1 200 OK\r\n\r\n" + std::string(1'001, 'x')), "failure");
  std::string interim;
  for (int i = 0; i < 100; ++i) interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_EQ(fate(interim), "failure");
}

// The old connection's end and the new connection may occur in the same turn.
TEST_F(HttpChannelTest, AFailureMayBeFollowedByTheNextRequestAtOnce) {
  bool answers = true;
  server.script = [&](auto& connection, const auto&) {
    answers = !answers;
    connection.say(answers ? answer("ok") : "nonsense\r\n");
    if (answers) connection.close();
  };
  then = [&] {
    if (bodies.back() == "failure") send();
  };
  for (int round = 0; round < 50; ++round) {
    bodies.clear();
    send();
    loop.run_for(0ms);
    ASSERT_EQ(bodies, (Bodies{"failure", "ok"}));
  }
}

TEST_F(HttpChannelTest, BytesThatNobodyAskedForEndTheConnection) {
  EXPECT_EQ(fate(answer("ok") + answer("more")), "ok");
  EXPECT_EQ(server.connections, 0U);
  EXPECT_EQ(fate(answer("ok")), "ok");
  EXPECT_EQ(server.connections, 1U);
  // While the channel is idle.
  LyingServer::Connection* last = nullptr;
  server.script = [&](auto& connection, const auto&) {
    connection.say(answer("ok"));
    last = &connection;
  };
  send();
  loop.run_for(0ms);
  last->say(answer("late"));
  loop.run_for(0ms);
  EXPECT_EQ(server.connections, 0U);
  send();
  loop.run_for(0ms);
  EXPECT_EQ(bodies.back(), "ok");
}

TEST_F(HttpChannelTest, AnAnswerBeforeTheRequestHasLeftEndsTheConnection) {
  network.profile.window_bytes = 100;
  server.script = [](auto&, const auto&) {};
  auto request = request_to("POST", "/");
  request.body.assign(10'000, 'x');
  channel->send(std::move(request), [this](const http::Response* response, const Failure&) {
    bodies.push_back(response ? response->body : "failure");
  });
  loop.run_one();
  ASSERT_EQ(connector.streams().size(), 1U);
  connector.streams().back()->receive_now(answer("too large", 413));
  EXPECT_EQ(bodies, Bodies{"too large"});
  loop.run_for(0ms);
  EXPECT_EQ(server.connections, 0U);
}

TEST_F(HttpChannelTest, CloseIsSilentWhateverIsUnderway) {
  connector.delay_min = connector.delay_max = 100ms;
  send();
  loop.run_for(50ms);
  channel->close();
  loop.run_for(1s);
  EXPECT_EQ(server.dialled, 0U);

  server.script = [](auto&, const auto&) {};
  send();
  loop.run_for(1s);
  EXPECT_EQ(server.requests.size(), 1U);
  channel->close();
  loop.run_for(1s);
  EXPECT_EQ(server.connections, 0U);
  EXPECT_EQ(bodies, Bodies{});
}

TEST_F(HttpChannelTest, AnAnswerMayCloseOrReleaseTheChannel) {
  then = [this] { channel->close(); };
  send();
  loop.run_for(0ms);
  EXPECT_EQ(server.connections, 0U);
  then = [this] {
    channel->close();
    make_channel();
  };
  send();
  loop.run_for(0ms);
  connector.mode = SimulatedConnector::Mode::refuse;
  send();
  loop.run_for(0ms);
  EXPECT_EQ(bodies, (Bodies{"ok", "ok", "failure"}));
}

}  // namespace
}  // namespace socketio::support
