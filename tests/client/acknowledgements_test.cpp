// SPDX-License-Identifier: MIT
// Acknowledgements in both directions: answers, timeouts, and what happens to them when the
// connection ends.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace socketio::support {
namespace {

class Acknowledgements : public testing::TestWithParam<std::string> {
 protected:
  OfficialServer server;
  TestClient client{server, only(GetParam())};
  Log heard;
};
INSTANTIATE_TEST_SUITE_P(Transports, Acknowledgements, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(Acknowledgements, FirstOfSeveralValuesIsTheAnswer) {
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<std::string>(client.socket, "echo ack", "a", 2, json::array()).value(), "a");
  EXPECT_TRUE(ask(client.socket, "echo ack").value().is_null());
}

TEST_P(Acknowledgements, AnswerOfAnotherType) {
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<int>(client.socket, "echo ack", "text").error(), Errc::bad_answer);
  EXPECT_EQ(ask<int>(client.socket, "echo ack").error(), Errc::bad_answer);
  client.expect_served();
}

TEST_P(Acknowledgements, ManyAtOnceInAnyOrder) {
  ASSERT_TRUE(client.connect());
  std::vector<Pending<Reply<int>>> pending;
  for (int i = 0; i < 100; ++i)
    pending.push_back(client.socket.emit_with_ack<int>("later", (100 - i) % 7, i));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(wait(pending[static_cast<std::size_t>(i)]).value(), i);
}

TEST_P(Acknowledgements, CallbackRunsWhereTheClientRuns) {
  ASSERT_TRUE(client.connect());
  client.socket.emit_with_ack<int>("echo ack", 5).then([&](Reply<int> reply) {
    heard.add("answer " + std::to_string(*reply));
    client.socket.emit_with_ack<int>("echo ack", 6).then([&](Reply<int> second) {
      heard.add("answer " + std::to_string(*second));
    });
  });
  heard.wait_for("answer 6");
}

TEST_P(Acknowledgements, TimeOut) {
  ASSERT_TRUE(client.connect());
  const auto reply = wait(client.socket.timeout(50ms).emit_with_ack("silence"));
  EXPECT_EQ(reply.error(), Errc::timeout);
  EXPECT_EQ(reply.error().message(), "operation has timed out");
  EXPECT_EQ(wait(client.socket.timeout(10s).emit_with_ack<int>("echo ack", 1)).value(), 1);
}

TEST_P(Acknowledgements, TimeOutOfAllByOption) {
  const ClientSocket socket = client.client.socket("/custom", {.ack_timeout = 50ms});
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask(socket, "silence").error(), Errc::timeout);
  EXPECT_EQ(wait(socket.timeout(10s).emit_with_ack<int>("later", 200, 4)).value(), 4);
}

TEST_P(Acknowledgements, AnswerAfterTheTimeOutIsIgnored) {
  ASSERT_TRUE(client.connect());
  auto pending = client.socket.timeout(20ms).emit_with_ack<int>("later", 200, 1);
  EXPECT_EQ(wait(pending).error(), Errc::timeout);
  EXPECT_EQ(ask<int>(client.socket, "later", 300, 2).value(), 2);
  client.expect_served();
}

TEST_P(Acknowledgements, TimedOutWhileOfflineIsNotSentLater) {
  client.socket.timeout(30ms).emit_with_ack("tell", "too late").then([&](Reply<json> reply) {
    heard.add(reply.error().message());
  });
  server.ask("stop");
  client.start();
  heard.wait_for("operation has timed out");
  server.ask("start");
  ASSERT_TRUE(client.log.wait_for("connect"));
  client.expect_served();
  EXPECT_TRUE(server.said("tell").empty());
}

TEST_P(Acknowledgements, FailWhenTheConnectionEnds) {
  ASSERT_TRUE(client.connect());
  auto without_timeout = client.socket.emit_with_ack("silence");
  auto with_timeout = client.socket.timeout(60s).emit_with_ack("silence");
  client.expect_served();
  server.ask("cut");
  EXPECT_EQ(wait(without_timeout).error(), Errc::disconnected);
  EXPECT_EQ(wait(with_timeout).error(), Errc::disconnected);
  EXPECT_EQ(make_error_code(Errc::disconnected).message(), "socket has been disconnected");
}

TEST_P(Acknowledgements, FailWhenTheClientDisconnects) {
  ASSERT_TRUE(client.connect());
  auto pending = client.socket.emit_with_ack("silence");
  client.socket.disconnect();
  EXPECT_EQ(wait(pending).error(), Errc::disconnected);
}

TEST_P(Acknowledgements, FailWhenTheClientIsDestroyed) {
  Pending<Reply<json>> pending;
  {
    TestClient brief(server, only(GetParam()));
    ASSERT_TRUE(brief.connect());
    pending = brief.socket.emit_with_ack("silence");
    brief.expect_served();
  }
  EXPECT_EQ(wait(pending).error(), Errc::disconnected);
}

TEST_P(Acknowledgements, OfWhatWaitedOffline) {
  server.ask("stop");
  auto pending = client.socket.emit_with_ack<int>("echo ack", 3);
  client.start();
  client.log.wait_for("connect_error " +
                      std::string(GetParam() == "polling" ? "xhr poll error" : "websocket error"));
  server.ask("start");
  EXPECT_EQ(wait(pending).value(), 3);
}

TEST_P(Acknowledgements, MoreThanAllowedAreRefused) {
  ClientOptions options = only(GetParam());
  options.pending_acks = 3;
  TestClient limited(server, options);
  ASSERT_TRUE(limited.connect());
  std::vector<Pending<Reply<json>>> pending;
  for (int i = 0; i < 3; ++i) pending.push_back(limited.socket.emit_with_ack("silence"));
  EXPECT_EQ(ask(limited.socket, "silence").error(), Errc::too_many_pending);
}

TEST_P(Acknowledgements, ReturnedValueIsTheAnswer) {
  client.socket.on("number", [](int n) { return n + 1; });
  client.socket.on("list", [](json value) { return json{value, "x"}; });
  ASSERT_TRUE(client.connect());
  client.socket.emit("ask", "number", 5'000, 41);
  server.log->wait_for("answer 42");
  client.socket.emit("ask", "list", 5'000, nullptr);
  server.log->wait_for("answer [null,\"x\"]");
}

TEST_P(Acknowledgements, AnsweredLaterFromAnotherThread) {
  std::thread thread;
  client.socket.on("question", [&](int n, Ack<int, std::string> done) {
    EXPECT_TRUE(done);
    thread = std::thread([n, done] {
      done(n * 2, "later");
      done(0, "ignored");
    });
  });
  ASSERT_TRUE(client.connect());
  client.socket.emit("ask", "question", 5'000, 21);
  server.log->wait_for("answer 42");
  thread.join();
  client.expect_served();
}

TEST_P(Acknowledgements, SeveralValuesToTheServer) {
  client.socket.on("question", [](Ack<int, std::string, json> done) { done(1, "two", {3}); });
  ASSERT_TRUE(client.connect());
  client.socket.emit("ask all", "question");
  server.log->wait_for("answers [1,\"two\",[3]]");
}

TEST_P(Acknowledgements, InACoroutine) {
  client.socket.on("question", [&](ClientSocket socket, int n) -> Task<int> {
    const Reply<int> reply = co_await socket.emit_with_ack<int>("echo ack", n);
    co_return *reply + 1;
  });
  ASSERT_TRUE(client.connect());
  client.socket.emit("ask", "question", 5'000, 6);
  server.log->wait_for("answer 7");
}

TEST_P(Acknowledgements, NotWantedByTheServer) {
  client.socket.on("plain", [&](Ack<int> done) {
    heard.add(done ? "wanted" : "not wanted");
    done(1);
  });
  ASSERT_TRUE(client.connect());
  server.emit("plain");
  heard.wait_for("not wanted");
  client.expect_served();
}

TEST_P(Acknowledgements, HandlerThatThrowsDoesNotAnswer) {
  client.socket.on("question", []() -> int { throw std::runtime_error("no answer"); });
  ASSERT_TRUE(client.connect());
  client.socket.emit("ask", "question", 100);
  server.log->wait_for("no answer: operation has timed out");
  client.log.wait_for("error question: no answer");
}

TEST_P(Acknowledgements, AnswerAfterTheConnectionEndedIsDropped) {
  std::optional<Ack<int>> kept;
  client.socket.on("question", [&](Ack<int> done) {
    kept = done;
    heard.add("asked");
  });
  ASSERT_TRUE(client.connect());
  client.socket.emit("ask all", "question");
  ASSERT_TRUE(heard.wait_for("asked"));
  server.ask("cut");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  (*kept)(1);
  client.expect_served();
  EXPECT_TRUE(server.said("answers").empty());
}

}  // namespace
}  // namespace socketio::support
