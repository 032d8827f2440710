// SPDX-License-Identifier: MIT
// Clients of a server of several loops that lose their connections all the time, while handlers of every loop and
// another thread send: each client gets each event once and in order, whichever loop it comes back to. Meant
// for the thread sanitizer as much as for its own checks.
#include "support/live_server.hpp"

#include <socketio/client.hpp>
#include <socketio/engine_socket.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::milliseconds;

/// How many events each sender has sent: a loop, or the thread outside.
class Senders {
 public:
  /// The order in which a sender's events are sent is that of their numbers.
  void send(const std::function<void(const std::string& sender, int number)>& emit) {
    static thread_local std::string name;
    int number = 0;
    {
      const std::lock_guard lock(mutex_);
      if (name.empty()) name = "sender-" + std::to_string(++threads_);
      number = ++last_[name];
    }
    emit(name, number);
  }
  std::map<std::string, int> all() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> last_;
  static inline std::atomic<int> threads_ = 0;
};

class Listener {
 public:
  Listener(std::uint16_t port, const std::string& transport)
      : client_("http://127.0.0.1:" + std::to_string(port),
                {.transports = {transport},
                 .reconnection_delay = milliseconds(1),
                 .reconnection_delay_max = milliseconds(20)}),
        socket_(client_.socket()) {
    socket_.on("news", [this](const std::string& sender, int number) {
      const std::lock_guard lock(mutex_);
      int& last = last_[sender];
      if (number != last + 1)
        faults_.push_back(std::to_string(number) + " of " + sender + " behind " +
                          std::to_string(last));
      last = number;
    });
    socket_.on_connect([this] {
      if (connections++ != 0 && !socket_.recovered()) ++made_anew;
      is_connected = true;
    });
    client_.start();
  }
  std::map<std::string, int> heard() {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  std::vector<std::string> faults() {
    const std::lock_guard lock(mutex_);
    return faults_;
  }
  void say(const std::string& what) const { socket_.emit(what); }
  /// Whether the server has handled all that this has said and that was not lost.
  bool is_heard() const {
    const auto answered = std::make_shared<std::promise<bool>>();
    socket_.timeout(std::chrono::seconds(1))
        .emit_with_ack<>("done")
        .then([answered](const auto& reply) { answered->set_value(reply.has_value()); });
    return answered->get_future().get();
  }

  std::atomic<bool> is_connected = false;
  std::atomic<int> connections = 0;
  std::atomic<int> made_anew = 0;

 private:
  std::mutex mutex_;
  std::map<std::string, int> last_;
  std::vector<std::string> faults_;
  Client client_;
  ClientSocket socket_;
};

class LoopsRecovery : public testing::TestWithParam<std::size_t> {};

TEST_P(LoopsRecovery, EachEventArrivesOnceAndInOrder) {
  Senders senders;
  ServerOptions options{.threads = GetParam()};
  options.connection_state_recovery.emplace();
  const auto serve = [&](Server& io) {
    io.on_connection([](const Socket& socket) {
      if (!socket.recovered()) socket.join("everybody");
    });
    io.on("to-all", [&] { senders.send([&](const auto&... news) { io.emit("news", news...); }); });
    io.on("to-room", [&] {
      senders.send([&](const auto&... news) { io.to("everybody").emit("news", news...); });
    });
    io.on("done", [] { return true; });
    // What is sent right before the connection ends may be lost on the way.
    io.on("cut", [&](Socket& socket) {
      senders.send([&](const auto&... news) { io.emit("news", news...); });
      socket.conn().close();
    });
  };
  LiveServer server(options, serve);
  {
    std::vector<std::unique_ptr<Listener>> clients;
    for (int i = 0; i < 8; ++i)
      clients.push_back(
          std::make_unique<Listener>(server.port, i % 4 == 3 ? "polling" : "websocket"));
    for (const auto& client : clients)
      ASSERT_TRUE(eventually([&] { return client->is_connected.load(); }));
    std::atomic<bool> ends = false;
    std::thread outside([&] {
      while (!ends) {
        senders.send([&](const auto&... news) { server.io.emit("news", news...); });
        std::this_thread::sleep_for(milliseconds(1));
      }
    });
    for (std::size_t round = 0; round < 60; ++round) {
      for (std::size_t i = 0; i < clients.size(); ++i)
        clients[i]->say((round + i) % 2 == 0 ? "to-all" : "to-room");
      Listener& unlucky = *clients[round % clients.size()];
      const int before = unlucky.connections;
      unlucky.say("cut");
      // Some are away for a while, and several at a time.
      if (round % 3 == 0) {
        EXPECT_TRUE(eventually([&] { return unlucky.connections > before; }));
      }
    }
    ends = true;
    outside.join();
    for (const auto& client : clients) EXPECT_TRUE(eventually([&] { return client->is_heard(); }));
    for (const auto& client : clients) {
      EXPECT_TRUE(eventually([&] { return client->heard() == senders.all(); }));
      EXPECT_EQ(client->heard(), senders.all());
      EXPECT_THAT(client->faults(), testing::IsEmpty());
      EXPECT_EQ(client->made_anew, 0);
      EXPECT_GT(client->connections, 1);
    }
    EXPECT_TRUE(eventually([&] { return server.io.sockets_count() == clients.size(); }));
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, LoopsRecovery, testing::Values(1, 2, 3, 4));

TEST(LoopsRecoveryEnd, TheEndComesAtAnyMoment) {
  for (int round = 0; round < 6; ++round) {
    ServerOptions options{.threads = 3};
    options.connection_state_recovery.emplace();
    auto server = std::make_unique<LiveServer>(options, [](Server& io) {
      io.on("cut", [&](Socket& socket) {
        io.emit("news", "x", 1);
        socket.conn().close();
      });
    });
    std::vector<std::unique_ptr<Listener>> clients;
    for (int i = 0; i < 6; ++i)
      clients.push_back(std::make_unique<Listener>(server->port, "websocket"));
    std::atomic<bool> ends = false;
    std::thread talker([&] {
      while (!ends) {
        for (const auto& client : clients) client->say("cut");
        std::this_thread::sleep_for(milliseconds(1));
      }
    });
    eventually([&] { return clients.front()->connections > round; });
    if (round % 3 == 1) server->io.close();
    if (round % 3 == 2) server->io.drain(milliseconds(5));
    server.reset();
    ends = true;
    talker.join();
  }
}

}  // namespace
}  // namespace socketio::support
