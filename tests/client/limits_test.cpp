// SPDX-License-Identifier: MIT
// The most that a client accepts and keeps, and that it survives more than that.
#include "client/support/test_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace socketio::support {
namespace {

class ClientLimits : public testing::TestWithParam<std::string> {
 protected:
  OfficialServer server;
};
INSTANTIATE_TEST_SUITE_P(Transports, ClientLimits, testing::Values("polling", "websocket"),
                         [](const auto& tested) { return tested.param; });

TEST_P(ClientLimits, PayloadOfTheServer) {
  ClientOptions options = only(GetParam());
  options.max_payload_bytes = 100'000;
  TestClient client(server, options);
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<std::string>(client.socket, "text", 99'000).value().size(), 99'000U);
  EXPECT_EQ(ask(client.socket, "text", 101'000).error(), Errc::disconnected);
  ASSERT_TRUE(client.log.wait_for("disconnect transport error"));
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  client.expect_served();
}

TEST_P(ClientLimits, AsManyValuesAsThePayloadHolds) {
  TestClient client(server, only(GetParam()));
  std::promise<std::size_t> heard;
  client.socket.on("values",
                   [&](const std::vector<int>& values) { heard.set_value(values.size()); });
  ASSERT_TRUE(client.connect());
  json args = json::array();
  args.push_back(std::vector<int>(500'000, 1));
  server.emit("values", args);
  auto future = heard.get_future();
  ASSERT_EQ(future.wait_for(patience), std::future_status::ready);
  EXPECT_EQ(future.get(), 500'000U);
}

TEST_P(ClientLimits, PayloadThatTheServerDoesNotTake) {
  OfficialServer small(json{{"maxHttpBufferSize", 10'000}});
  TestClient client(small, only(GetParam()));
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(ask<int>(client.socket, "length", std::string(9'000, 'x')).value(), 9'000);
  EXPECT_EQ(ask(client.socket, "length", std::string(11'000, 'x')).error(), Errc::disconnected);
  ASSERT_TRUE(client.log.wait_for("connect", 2));
  client.expect_served();
}

TEST_P(ClientLimits, EventsThatNobodyTakes) {
  Relay relay(server.port);
  ClientOptions options = only(GetParam());
  options.out_buffer_bytes = 2'000'000;
  TestClient client(relay.url(), options);
  ASSERT_TRUE(client.connect());
  client.expect_served();
  relay.ask("stall");
  const std::string text(100'000, 'x');
  int sent = 0;
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end &&
         client.socket.emit("silence", text) != EmitResult::dropped)
    ++sent;
  EXPECT_GE(sent, 19);
  // The system's own buffers hold some of them.
  EXPECT_LT(sent, 1'000);
  relay.ask("resume");
  EXPECT_TRUE(eventually([&] { return !ask(client.socket, "echo ack", 1).error(); }));
  client.expect_served();
  EXPECT_TRUE(client.log.lines("disconnect").empty());
}

TEST_P(ClientLimits, ServerThatFreezesTakesNothingAndLosesNothing) {
  TestClient client(server, only(GetParam()));
  ASSERT_TRUE(client.connect());
  {
    const Frozen frozen;
    for (int i = 0; i < 1'000; ++i) client.socket.emit("tell", i);
  }
  client.expect_served();
  const Log::Lines told = server.said("tell");
  ASSERT_EQ(told.size(), 1'000U);
  EXPECT_EQ(told.back(), "tell [999]");
}

TEST_P(ClientLimits, EmittedFromManyThreads) {
  TestClient client(server, only(GetParam()));
  ASSERT_TRUE(client.connect());
  std::vector<std::thread> threads;
  std::atomic<int> answered = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        client.socket.emit("tell", t, i);
        if (i % 10 == 0 && ask<int>(client.socket, "echo ack", i).value() == i) ++answered;
      }
    });
  for (std::thread& thread : threads) thread.join();
  client.expect_served();
  EXPECT_EQ(answered, 40);
  const Log::Lines told = server.said("tell");
  ASSERT_EQ(told.size(), 400U);
  // The order within each thread is kept.
  for (int t = 0; t < 4; ++t) {
    const Log::Lines own = server.said("tell [" + std::to_string(t) + ",");
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ(own.at(static_cast<std::size_t>(i)),
                "tell [" + std::to_string(t) + "," + std::to_string(i) + "]");
  }
}

TEST_P(ClientLimits, NoHandlerRunsAfterTheEnd) {
  for (int round = 0; round < 10; ++round) {
    std::atomic<bool> ended = false;
    std::atomic<int> late = 0;
    {
      Log heard;
      TestClient client(server, only(GetParam()));
      client.socket.on("number", [&](int) {
        if (ended) ++late;
        heard.add("number");
      });
      ASSERT_TRUE(client.connect());
      client.socket.emit("count", 0, 5'000);
      ASSERT_TRUE(heard.wait_for("number", 10));
    }
    ended = true;
    EXPECT_EQ(late, 0);
  }
}

TEST_P(ClientLimits, RequestsThatTakeTooLong) {
  ClientOptions options = only("polling");
  options.request_timeout = 150ms;
  TestClient client(server, options);
  // After that the server sends nothing.
  ASSERT_TRUE(client.connect());
  ASSERT_TRUE(client.log.wait_for("disconnect transport error"));
  EXPECT_EQ(client.latest("disconnect").message, "xhr poll error");
  ASSERT_TRUE(client.log.wait_for("connect", 2));
}

TEST_P(ClientLimits, ManyClientsAtOnce) {
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 30; ++i)
    clients.push_back(std::make_unique<TestClient>(server, only(GetParam())));
  for (const auto& client : clients) client->start();
  for (const auto& client : clients) ASSERT_TRUE(client->log.wait_for("connect"));
  for (const auto& client : clients) client->expect_served();
}

}  // namespace
}  // namespace socketio::support
