// SPDX-License-Identifier: MIT
// Timers of a server and of a client that really run: callbacks come on the loop's thread, and
// neither a timer nor a coroutine that sleeps keeps anything from ending.
#include "support/live_server.hpp"
#include "support/patience.hpp"

#include <socketio/asio.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

/// A value that a callback on another thread gives, within the test's patience.
template <class T>
T wait_for(std::future<T> future) {
  if (future.wait_for(patience) != std::future_status::ready) {
    throw std::runtime_error("it did not happen");
  }
  return future.get();
}

template <class RunsThings>
std::thread::id thread_of(RunsThings& io) {
  const auto asked = std::make_shared<std::promise<std::thread::id>>();
  io.post([asked] { asked->set_value(std::this_thread::get_id()); });
  return wait_for(asked->get_future());
}

template <class RunsThings>
void expect_ticks(RunsThings& io) {
  const std::thread::id loop = thread_of(io);
  std::promise<int> third;
  int count = 0;
  const Timer ticks = io.every(1ms, [&] {
    EXPECT_EQ(std::this_thread::get_id(), loop);
    if (++count == 3) third.set_value(count);
  });
  EXPECT_EQ(wait_for(third.get_future()), 3);
  ticks.cancel();
  std::promise<std::thread::id> slept;
  io.after(1ms, [&]() -> Task<> {
    co_await sleep_for(1ms);
    slept.set_value(std::this_thread::get_id());
  });
  EXPECT_EQ(wait_for(slept.get_future()), loop);
}

/// Says whether it was destroyed, and is kept by timers and by a coroutine that sleeps.
template <class RunsThings>
std::weak_ptr<int> leave_timers(RunsThings& io) {
  auto captured = std::make_shared<int>(0);
  io.every(1h, [captured] {});
  io.after(1h, [captured] {});
  io.post([captured]() -> Task<> {
    const auto local = captured;
    co_await sleep_for(1h);
    ADD_FAILURE() << "nobody wakes it";
  });
  return captured;
}

TEST(ServerTimers, CallOnTheLoop) {
  LiveServer server;
  expect_ticks(server.io);
}

TEST(ServerTimers, StartedBeforeItRuns) {
  Server io;
  int count = 0;
  io.every(1ms, [&] {
    if (++count == 3) io.stop();
  });
  io.run();
  EXPECT_EQ(count, 3);
}

TEST(ServerTimers, EndWithRun) {
  Server io;
  const std::weak_ptr<int> captured = leave_timers(io);
  io.after(1ms, [&] { io.stop(); });
  io.run();
  EXPECT_TRUE(captured.expired());
}

TEST(ServerTimers, EndWithAServerThatNeverRan) {
  std::weak_ptr<int> captured;
  Timer kept;
  {
    Server io;
    captured = leave_timers(io);
    kept = io.every(1ms, [] { ADD_FAILURE() << "it never ran"; });
  }
  kept.cancel();
  EXPECT_TRUE(captured.expired());
}

TEST(ServerTimers, NoneIsCalledOnceOneHasDestroyedItsServer) {
  auto io = std::make_unique<Server>();
  int late = 0;
  io->post([&] {
    io->post([&] { io.reset(); });
    io->post([&] { ++late; });
  });
  Server& running = *io;
  running.run();
  EXPECT_EQ(io, nullptr);
  EXPECT_EQ(late, 0);
}

TEST(ServerTimers, WhatTheyThrowReachesTheErrorHook) {
  std::promise<std::string> told;
  LiveServer server({}, [&](Server& io) {
    io.on_handler_error([&](Socket&, const HandlerError& error) {
      told.set_value(error.event + ": " + error.message);
    });
  });
  server.io.after(1ms, [] { throw std::runtime_error("late"); });
  EXPECT_EQ(wait_for(told.get_future()), "timer: late");
}

TEST(ServerTimers, DoNotKeepAnIoContextFromEnding) {
  boost::asio::io_context context;
  const auto io = make_server(context);
  const std::weak_ptr<int> captured = leave_timers(*io);
  io->after(1ms, [&] { io->stop(); });
  context.run();
  EXPECT_TRUE(captured.expired());
}

TEST(ClientTimers, CallOnTheLoop) {
  LiveServer server;
  Client client("http://127.0.0.1:" + std::to_string(server.port));
  client.start();
  expect_ticks(client);
}

TEST(ClientTimers, AHandlerSleeps) {
  LiveServer server;
  Client client("http://127.0.0.1:" + std::to_string(server.port));
  const ClientSocket socket = client.socket();
  std::promise<int> echoed;
  socket.on("echo", [&](int value) -> Task<> {
    co_await sleep_for(1ms);
    echoed.set_value(value);
  });
  socket.emit("echo", 7);
  client.start();
  EXPECT_EQ(wait_for(echoed.get_future()), 7);
}

TEST(ClientTimers, StopCancelsThem) {
  Client client("http://127.0.0.1:1", {.auto_connect = false});
  const std::weak_ptr<int> captured = leave_timers(client);
  client.after(1ms, [&] { client.stop(); });
  client.run();
  EXPECT_TRUE(captured.expired());
}

TEST(ClientTimers, GoOnWithPoll) {
  Client client("http://127.0.0.1:1", {.auto_connect = false});
  int count = 0;
  client.every(1ms, [&] { ++count; });
  const auto end = std::chrono::steady_clock::now() + patience;
  while (count < 3 && std::chrono::steady_clock::now() < end) client.poll();
  EXPECT_EQ(count, 3);
}

TEST(ClientTimers, EndWithTheClient) {
  std::weak_ptr<int> captured;
  {
    Client client("http://127.0.0.1:1", {.auto_connect = false});
    captured = leave_timers(client);
    client.start();
    thread_of(client);
  }
  EXPECT_TRUE(captured.expired());
}

TEST(ClientTimers, WhatTheyThrowReachesTheErrorHook) {
  Client client("http://127.0.0.1:1", {.auto_connect = false});
  std::promise<std::string> told;
  client.socket().on_handler_error(
      [&](const HandlerError& error) { told.set_value(error.event + ": " + error.message); });
  client.start();
  client.post([] { throw std::runtime_error("posted"); });
  EXPECT_EQ(wait_for(told.get_future()), "post: posted");
}

TEST(ClientTimers, DoNotKeepAnIoContextFromEnding) {
  boost::asio::io_context context;
  const auto client = make_client(context, "http://127.0.0.1:1", {.auto_connect = false});
  const std::weak_ptr<int> captured = leave_timers(*client);
  client->after(1ms, [&] { client->stop(); });
  context.run();
  EXPECT_TRUE(captured.expired());
}

}  // namespace
}  // namespace socketio::support
