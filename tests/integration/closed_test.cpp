// SPDX-License-Identifier: MIT
// Server::closed(): who waits for the end of a server, on which thread, and when it has come.
#include "support/live_server.hpp"

#include <socketio/asio.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

bool is_ready(const std::future<Closed>& closed) {
  return closed.wait_for(0s) == std::future_status::ready;
}

TEST(ServerClosed, ComesAfterTheClientsHaveGoneAndBeforeRunReturns) {
  Log log;
  Server io;
  io.on_disconnect([&](Socket&, DisconnectReason why) { log.add(std::string(to_string(why))); });
  io.on("end", [&] { io.close(); });
  io.closed().then([&] { log.add("closed"); });
  const std::uint16_t port = io.listen("127.0.0.1", 0);
  std::thread thread([&] {
    io.run();
    log.add("run() has returned");
  });
  SocketClient client(port);
  client.send("42[\"end\"]");
  EXPECT_TRUE(client.ends());
  client.tcp().close();
  thread.join();
  EXPECT_THAT(log.lines(), ElementsAre("server shutting down", "closed", "run() has returned"));
}

TEST(ServerClosed, WaitsForAClientThatHasNotReadAll) {
  Log log;
  LiveServer server({}, [&](Server& io) { fill_on_demand(io, log); });
  SocketClient client(server.port, 2048);
  client.send("42[\"fill\"]");
  log.wait_for("filled");
  auto closed = server.io.closed().future();
  server.io.close();
  // The server does not listen any more, so it has been closed.
  EXPECT_TRUE(is_given_up(server.port));
  EXPECT_FALSE(is_ready(closed));
  client.tcp().close();
  closed.get();
}

TEST(ServerClosed, IsAFutureForOtherThreads) {
  LiveServer server;
  SocketClient client(server.port);
  EXPECT_TRUE(client.joined());
  auto before = server.io.closed().future();
  EXPECT_FALSE(is_ready(before));
  server.io.close();
  client.tcp().close();
  before.get();
  auto after = server.io.closed().future();
  EXPECT_TRUE(is_ready(after));
}

TEST(ServerClosed, CanBeAwaited) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    io.on("wait", [&](Socket&) -> Task<> {
      log.add("waiting");
      co_await io.closed();
      log.add("closed");
    });
  });
  SocketClient client(server.port);
  client.send("42[\"wait\"]");
  log.wait_for("waiting");
  server.io.close();
  EXPECT_TRUE(client.ends());
  client.tcp().close();
  server.stop();
  EXPECT_THAT(log.lines(), ElementsAre("waiting", "closed"));
}

TEST(ServerClosed, IsAtOnceIfNobodyRunsTheServer) {
  Log log;
  Server io;
  io.listen("127.0.0.1", 0);
  io.closed().then([&] { log.add("closed"); });
  EXPECT_THAT(log.lines(), ElementsAre());
  io.close();
  EXPECT_THAT(log.lines(), ElementsAre("closed"));
  io.closed().then([&](Closed) { log.add("closed long ago"); });
  EXPECT_THAT(log.lines(), ElementsAre("closed", "closed long ago"));
}

TEST(ServerClosed, IsAtTheLatestInTheDestructor) {
  auto io = std::make_unique<Server>();
  auto closed = io->closed().future();
  io.reset();
  EXPECT_TRUE(is_ready(closed));
}

TEST(ServerClosed, IsOnTheContextOfTheUsers) {
  boost::asio::io_context context;
  std::optional<std::thread::id> called_on;
  auto io = make_server(context);
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  io->closed().then([&] {
    called_on = std::this_thread::get_id();
    io.reset();
  });
  std::thread thread([&] { context.run(); });
  const std::thread::id runner = thread.get_id();
  {
    SocketClient client(port);
    EXPECT_TRUE(client.joined());
    io->close();
    EXPECT_TRUE(client.ends());
  }
  thread.join();
  EXPECT_EQ(called_on, runner);
  EXPECT_FALSE(io);
}

TEST(ServerClosed, WhatItsCallbacksThrowReachesTheErrorHook) {
  Log log;
  LiveServer server({}, [&](Server& io) {
    log_errors(io, log);
    io.closed().then([] { throw std::runtime_error("on purpose"); });
    io.closed().then([&] { log.add("the next one"); });
  });
  server.stop();
  EXPECT_THAT(log.lines(), ElementsAre("closed: on purpose", "the next one"));
}

}  // namespace
}  // namespace socketio::support
