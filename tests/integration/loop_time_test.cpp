// SPDX-License-Identifier: MIT
// Deadlines on a real loop: when the clock is read, and what is handled before due timers.
#include "support/live_server.hpp"

#include <socketio/asio.hpp>

#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

// The user's own handlers are not part of a turn, and the loop may have been asleep for
// a long time.
TEST(LoopTime, ATimeoutIsAsLongAsItSaysFromTheUsersOwnTimer) {
  boost::asio::io_context context;
  boost::asio::steady_timer timer(context);
  Log log;
  std::optional<Socket> asked;
  auto io = make_server(context);
  io->on_connection([&](Socket socket) {
    asked = socket;
    timer.expires_after(1200ms);
    timer.async_wait([&](const boost::system::error_code&) {
      asked->timeout(1s).emit_with_ack<int>("ask").then(
          [&](Reply<int> reply) { log.add(reply ? "answered" : reply.error().message()); });
      log.add("asked");
    });
  });
  const std::uint16_t port = io->listen("127.0.0.1", 0);
  std::thread thread([&] { context.run(); });
  {
    SocketClient client(port);
    EXPECT_EQ(client.packet(), R"(420["ask"])");
    client.send("430[1]");
    log.wait_for("answered");
    EXPECT_EQ(log.lines().front(), "asked");
    io->stop();
    io->close();
    EXPECT_TRUE(client.ends());
  }
  thread.join();
}

// The process was suspended for longer than ping_timeout.
TEST(LoopTime, APongThatHasComeCountsThoughTheLoopStoodStill) {
  ServerOptions options;
  options.ping_interval = 100ms;
  options.ping_timeout = 1s;
  Log log;
  std::atomic<bool> answered = false;
  LiveServer server(options, [&](Server& io) {
    io.on("stand still", [&] {
      log.add("standing still");
      answered.wait(false);
      // The duration is what is being tested.
      std::this_thread::sleep_for(options.ping_timeout * 3 / 2);
    });
  });
  SocketClient client(server.port);
  EXPECT_EQ(client.event()->payload, "2");
  client.send(R"(42["stand still"])");
  log.wait_for("standing still");
  client.send("3");
  answered = true;
  answered.notify_one();
  client.send(R"(42["echo",1])");
  EXPECT_EQ(client.packet(), R"(42["echo",1])");
}

}  // namespace
}  // namespace socketio::support
