// SPDX-License-Identifier: MIT
// Everything that is documented as thread-safe, used from four other threads while clients come and
// go. Meant for the thread sanitizer as much as for its own checks.
#include "support/known_sockets.hpp"
#include "support/live_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace socketio::support {
namespace {

constexpr int rounds = 200;

TEST(Threads, SendJoinDisconnectAndAckFromAnywhere) {
  KnownSockets handles(8);
  LiveServer server({}, [&](Server& io) {
    io.on_connection([&](Socket socket) { handles.add(socket); });
    io.on("later", [](int n, Ack<int> done) { std::thread([=] { done(n); }).detach(); });
  });
  ControlClient control(server.port);
  std::atomic<int> answers = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < rounds; ++i) {
        const Socket socket = handles.any(static_cast<std::size_t>(i) + t);
        socket.join("room");
        server.io.to("room").except(socket.id()).emit("told", i);
        socket.emit("own", i);
        socket.to("room").volatile_().emit("maybe", json::binary({1, 2, 3}));
        if (i % 16 == 5) {
          socket.timeout(std::chrono::milliseconds(1))
              .emit_with_ack("asked")
              .then([&](Reply<json>) { ++answers; });
        }
        socket.leave("room");
        if (i % 64 == 63) socket.disconnect(i % 128 == 127 ? Close::connection : Close::socket);
        (void)socket.connected();
        std::this_thread::yield();
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    SocketClient client(server.port);
    if (i % 3 == 0) client.tcp().reset();
    // Reads until the end, for which it has asked.
    if (i % 3 == 1) {
      client.send_frame(8, {});
      while (client.event()) {
      }
    }
  }
  for (auto& thread : threads) thread.join();
  SocketClient last(server.port);
  EXPECT_EQ(last.ask(R"(["later",7])"), "[7]");
  server.stop();
  EXPECT_GT(answers.load(), 0) << "none of the questions was completed";
}

// Namespaces end with their last client, while other threads send to the sockets that were in them.
TEST(Threads, SendToNamespacesThatEnd) {
  KnownSockets handles(8);
  Log log;
  std::mutex mutex;
  std::vector<Next> kept;
  LiveServer server({}, [&](Server& io) {
    Namespace parent = io.of(std::regex("/room-\\d+"));
    parent.use([&](Socket&, Next next) {
      const std::lock_guard lock(mutex);
      kept.push_back(next);
    });
    parent.use([&](Socket&, Next next) {
      static thread_local int visits = 0;
      if (++visits == 1) log.add("a thread runs middlewares");
      next();
    });
    parent.on_connection([&](Socket socket) { handles.add(socket); });
    io.of(std::regex("/open-\\d+")).on_connection([&](Socket socket) { handles.add(socket); });
  });
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; !over; ++i) {
        const Socket socket = handles.any(i + t);
        if (socket.id().empty()) continue;
        socket.emit("own", i);
        socket.nsp().emit("all", i);
        socket.timeout(std::chrono::milliseconds(1)).emit_with_ack("asked").then([](Reply<json>) {
        });
        std::vector<Next> ready;
        {
          const std::lock_guard lock(mutex);
          ready.swap(kept);
        }
        for (const Next& next : ready) next();
        std::this_thread::yield();
      }
    });
  }
  SocketClient client(server.port);
  for (int i = 0; i < rounds; ++i) {
    const std::string name = std::to_string(i % 3) + ",";
    client.send("40/open-" + name);
    client.send("41/open-" + name);
    client.send("40/room-" + name);
    client.send("41/room-" + name);
  }
  ControlClient control(server.port);
  control.expect_served();
  over = true;
  for (auto& thread : threads) thread.join();
  EXPECT_LE(log.count("a thread runs middlewares"), 1U);
}

// Attachments must follow their own packet, whatever other threads send.
TEST(Threads, BinaryPacketsOfSeveralThreadsStayInOnePiece) {
  LiveServer server;
  SocketClient websocket(server.port);
  PollingClient polling(server.port);
  polling.join();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto mark = static_cast<std::uint8_t>('a' + t);
      for (int i = 0; i < rounds; ++i) {
        server.io.emit("binary", i, json::binary({mark, 1}), json::binary({mark, 2}));
      }
    });
  }
  std::vector<int> next(4, 0);
  const auto check = [&](const std::string& header, const std::string& first,
                         const std::string& second) {
    ASSERT_EQ(first.size(), 2U);
    const int thread = first[0] - 'a';
    EXPECT_THAT(header,
                testing::StartsWith("452-[\"binary\"," +
                                    std::to_string(next.at(static_cast<std::size_t>(thread)))))
        << "order of one thread";
    ++next.at(static_cast<std::size_t>(thread));
    EXPECT_EQ(first[1], 1);
    const std::string expected = {first[0], 2};
    EXPECT_EQ(second, expected);
  };
  for (int i = 0; i < 4 * rounds; ++i) {
    const std::string header = websocket.packet();
    const std::string first = websocket.packet();
    check(header, first, websocket.packet());
    if (HasFatalFailure()) break;
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(next, testing::Each(rounds));

  std::size_t headers = 0;
  std::string body;
  while (headers < 4 * rounds) {
    const auto answer = polling.poll();
    ASSERT_TRUE(answer);
    body = answer->body + "\x1e";
    int attachments_due = 0;
    for (std::size_t begin = 0; begin < body.size();) {
      const std::size_t end = body.find('\x1e', begin);
      const std::string packet = body.substr(begin, end - begin);
      begin = end + 1;
      if (packet == "2") continue;
      EXPECT_EQ(packet.starts_with("b"), attachments_due > 0) << packet;
      if (packet.starts_with("452-")) {
        ++headers;
        attachments_due = 2;
      } else {
        --attachments_due;
      }
    }
    EXPECT_EQ(attachments_due, 0);
  }
}

TEST(Threads, StopWhileOthersSend) {
  for (int i = 0; i < 10; ++i) {
    LiveServer server;
    SocketClient client(server.port);
    std::atomic<bool> over = false;
    std::thread sends([&] {
      while (!over) {
        server.io.emit("told", 1);
        std::this_thread::yield();
      }
    });
    client.packet();
    std::thread stops([&] { server.io.stop(); });
    client.tcp().close();
    stops.join();
    over = true;
    sends.join();
  }
}

}  // namespace
}  // namespace socketio::support
