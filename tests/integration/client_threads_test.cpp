// SPDX-License-Identifier: MIT
// A client ends on every thread and in every state, and is used from many threads at once. Meant
// for the sanitizers as much as for its own checks.
#include "support/live_server.hpp"
#include "support/log.hpp"
#include "support/loopback_listener.hpp"
#include "support/tcp_client.hpp"

#include <socketio/asio.hpp>
#include <socketio/client.hpp>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::milliseconds;
using testing::IsEmpty;

std::string url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

std::uint16_t refused_port() { return LoopbackListener().port(); }

/// A client none of whose handlers may run once it is gone, and whose acknowledgements must all
/// have completed.
class Mortal {
 public:
  template <class Make>
  explicit Mortal(Make make) : client_(make()), socket_(client_->socket()) {
    socket_.on_connect([this] { heard(); });
    socket_.on_disconnect([this] { heard(); });
    socket_.on_connect_error([this](const ConnectionError&) { heard(); });
    socket_.on("told", [this, token = token_](int) { heard(); });
    client_->on_reconnect_attempt([this, token = token_](std::size_t) { heard(); });
    for (int i = 0; i < 3; ++i) ask();
  }
  ~Mortal() { destroy(); }
  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;

  Client& client() { return *client_; }
  /// Kept, because asking the client for it would make it join again.
  const ClientSocket& socket() const { return socket_; }
  bool alive() const { return client_ != nullptr; }
  void ask() {
    ++asked_;
    client_->socket().emit_with_ack("silence").then([this](Reply<json>) { ++answered_; });
  }
  void destroy() {
    if (!client_) return;
    const ClientSocket left = client_->socket();
    client_.reset();
    gone_ = true;
    EXPECT_EQ(answered_.load(), asked_.load());
    EXPECT_FALSE(left.connected());
    EXPECT_EQ(left.emit("say", 1), EmitResult::not_connected);
  }
  /// Call it once nothing of the client runs any more.
  void expect_released() const {
    EXPECT_FALSE(haunted_) << "handlers ran after the end";
    EXPECT_EQ(token_.use_count(), 1) << "handlers and what they captured are still there";
  }
  std::function<void()> when_heard;
  int heard_count() const { return heard_; }

 private:
  void heard() {
    if (gone_) haunted_ = true;
    ++heard_;
    if (when_heard) when_heard();
  }

  std::shared_ptr<int> token_ = std::make_shared<int>();
  std::unique_ptr<Client> client_;
  ClientSocket socket_;
  std::atomic<int> asked_ = 0;
  std::atomic<int> answered_ = 0;
  std::atomic<int> heard_ = 0;
  std::atomic<bool> gone_ = false;
  std::atomic<bool> haunted_ = false;
};

enum class At : std::uint8_t { server, refused, mute };

class ClientEnds : public testing::Test {
 protected:
  std::function<std::unique_ptr<Client>()> make(At where, ClientOptions options = {}) {
    options.reconnection_delay = milliseconds(1);
    options.reconnection_delay_max = milliseconds(5);
    const std::uint16_t port = where == At::server    ? server_.port
                               : where == At::refused ? refused_
                                                      : mute_.port();
    return [port, options] { return std::make_unique<Client>(url(port), options); };
  }
  static void set_up(Server& io) {
    io.on("silence", [](Socket&, Ack<int>) {});
    io.on_connection([](Socket socket) {
      for (int i = 0; i < 20; ++i) socket.emit("told", i);
    });
  }

  // Nobody accepts what connects to it.
  LoopbackListener mute_;
  std::uint16_t refused_ = refused_port();
  LiveServer server_{{}, set_up};
};

constexpr int rounds = 60;

void spend(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

TEST_F(ClientEnds, AtAnyMomentFromAnotherThread) {
  for (const At where : {At::server, At::refused, At::mute}) {
    for (int round = 0; round < rounds; ++round) {
      Mortal mortal(make(where));
      mortal.client().start();
      spend(std::chrono::microseconds(round * 100));
      mortal.destroy();
      mortal.expect_released();
    }
  }
}

TEST_F(ClientEnds, StoppedWhileAnotherThreadRunsIt) {
  for (const At where : {At::server, At::refused, At::mute}) {
    for (int round = 0; round < rounds; round += 4) {
      Mortal mortal(make(where));
      std::thread runs([client = &mortal.client()] { client->run(); });
      spend(std::chrono::microseconds(round * 100));
      mortal.client().stop();
      runs.join();
      EXPECT_FALSE(mortal.socket().active());
      mortal.destroy();
      mortal.expect_released();
    }
  }
}

TEST_F(ClientEnds, StartedAndStoppedAgain) {
  Mortal mortal(make(At::server));
  Log log;
  mortal.client().socket().on_connect([&log] { log.add("connect"); });
  for (std::size_t round = 1; round <= 5; ++round) {
    mortal.client().start();
    mortal.client().start();
    mortal.client().socket().connect();
    ASSERT_TRUE(log.wait_for("connect", round));
    mortal.client().stop();
  }
  mortal.destroy();
}

TEST_F(ClientEnds, InItsOwnHandlersWhileItRuns) {
  for (const At where : {At::server, At::refused}) {
    for (int moment = 0; moment < 12; ++moment) {
      Mortal mortal(make(where));
      mortal.when_heard = [&mortal, left = moment]() mutable {
        if (left-- == 0) mortal.destroy();
      };
      std::thread runs([client = &mortal.client()] { client->run(); });
      runs.join();
      EXPECT_FALSE(mortal.alive());
      mortal.expect_released();
    }
  }
}

TEST_F(ClientEnds, InItsOwnHandlersOnAThreadOfItsOwn) {
  for (int moment = 0; moment < 12; ++moment) {
    const auto token = std::make_shared<int>();
    auto ended = std::make_shared<std::promise<void>>();
    auto client = std::make_shared<std::unique_ptr<Client>>(make(At::server)());
    (*client)->socket().on("told", [=, left = moment](int) mutable {
      (void)token;
      if (left-- != 0) return;
      client->reset();
      ended->set_value();
    });
    std::future<void> end = ended->get_future();
    (*client)->start();
    ASSERT_EQ(end.wait_for(patience), std::future_status::ready);
    // The thread unwinds and releases what the handler captured.
    const auto limit = std::chrono::steady_clock::now() + patience;
    while (token.use_count() > 1 && std::chrono::steady_clock::now() < limit) {
      std::this_thread::yield();
    }
    EXPECT_EQ(token.use_count(), 1);
  }
}

TEST_F(ClientEnds, WhilePolled) {
  for (const At where : {At::server, At::refused, At::mute}) {
    for (int round = 0; round < rounds; ++round) {
      Mortal mortal(make(where));
      for (int i = 0; i < round; ++i) {
        mortal.client().poll();
        spend(std::chrono::microseconds(20));
      }
      mortal.destroy();
      mortal.expect_released();
    }
  }
  Mortal mortal(make(At::server));
  mortal.when_heard = [&] { mortal.destroy(); };
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (mortal.alive() && std::chrono::steady_clock::now() < limit) mortal.client().poll();
  EXPECT_FALSE(mortal.alive());
  mortal.expect_released();
}

TEST_F(ClientEnds, PollingInAHandlerDoesNothing) {
  Mortal mortal(make(At::server));
  std::size_t handled = 0;
  mortal.when_heard = [&] { handled += mortal.client().poll(); };
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (mortal.heard_count() < 20 && std::chrono::steady_clock::now() < limit) {
    mortal.client().poll();
  }
  EXPECT_EQ(handled, 0U);
}

// --- On a context of the user's ---

TEST_F(ClientEnds, OnAContextThatNeverRuns) {
  boost::asio::io_context context;
  Mortal mortal([&] { return make_client(context, url(server_.port)); });
  mortal.destroy();
  mortal.expect_released();
}

TEST_F(ClientEnds, OnAContextThatNeverRunsAgain) {
  for (const At where : {At::server, At::refused, At::mute}) {
    const std::uint16_t port = where == At::server    ? server_.port
                               : where == At::refused ? refused_
                                                      : mute_.port();
    for (int round = 0; round < rounds; ++round) {
      boost::asio::io_context context;
      Mortal mortal([&] { return make_client(context, url(port)); });
      std::thread runs([&] {
        for (int i = 0; i < round; ++i) {
          context.poll();
          context.restart();
          spend(std::chrono::microseconds(20));
        }
      });
      runs.join();
      mortal.destroy();
      mortal.expect_released();
    }
  }
}

TEST_F(ClientEnds, OnAContextThatAnotherThreadRuns) {
  boost::asio::io_context context;
  auto work = boost::asio::make_work_guard(context);
  std::thread runs([&] { context.run(); });
  for (const At where : {At::server, At::refused, At::mute}) {
    const std::uint16_t port = where == At::server    ? server_.port
                               : where == At::refused ? refused_
                                                      : mute_.port();
    for (int round = 0; round < rounds; ++round) {
      Mortal mortal([&] { return make_client(context, url(port)); });
      spend(std::chrono::microseconds(round * 50));
      mortal.destroy();
      mortal.expect_released();
    }
  }
  work.reset();
  runs.join();
}

TEST_F(ClientEnds, OnTheThreadOfItsContext) {
  for (int moment = 0; moment < 8; ++moment) {
    boost::asio::io_context context;
    Mortal mortal([&] { return make_client(context, url(server_.port)); });
    mortal.when_heard = [&, left = moment]() mutable {
      if (left-- != 0) return;
      if (moment % 2 == 0) return mortal.destroy();
      boost::asio::post(context, [&] { mortal.destroy(); });
    };
    // Returns when there is no work left.
    context.run();
    EXPECT_FALSE(mortal.alive());
    mortal.expect_released();
  }
}

TEST_F(ClientEnds, StoppingLetsTheContextEnd) {
  boost::asio::io_context context;
  Mortal mortal([&] { return make_client(context, url(server_.port)); });
  mortal.when_heard = [&] { mortal.client().stop(); };
  context.run();
  EXPECT_FALSE(mortal.socket().active());
}

// --- Many threads ---

TEST_F(ClientEnds, ManyThreadsUseItUntilItEnds) {
  constexpr int threads_count = 4;
  constexpr int emits = 300;
  std::atomic<int> asked = 0;
  std::atomic<int> answered = 0;
  {
    auto client = make(At::server)();
    client->start();
    std::vector<std::thread> threads;
    for (int t = 0; t < threads_count; ++t) {
      threads.emplace_back([&, t] {
        const ClientSocket socket = client->socket(t % 2 == 0 ? "/" : "/other");
        for (int i = 0; i < emits; ++i) {
          ++asked;
          socket.emit_with_ack("silence", i).then([&](Reply<json>) { ++answered; });
          socket.volatile_().emit("say", i);
          const HandlerId handler = socket.on("told", [](int) {});
          const HandlerId lifecycle = socket.on_connect([] {});
          if (i % 50 == 49) socket.disconnect();
          if (i % 50 == 49) socket.connect();
          (void)socket.id();
          (void)socket.transport();
          socket.off("told", handler);
          socket.off_lifecycle(lifecycle);
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(answered.load(), asked.load());
}

TEST_F(ClientEnds, EventsOfOneThreadKeepTheirOrder) {
  Log log;
  LiveServer server({}, [&log](Server& io) {
    io.on("n", [&log](Socket&, int thread, int n) {
      log.add(std::to_string(thread) + ":" + std::to_string(n));
    });
  });
  constexpr int count = 500;
  Client client(url(server.port));
  client.start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&client, t] {
      for (int i = 0; i < count; ++i) client.socket().emit("n", t, i);
    });
  }
  for (auto& thread : threads) thread.join();
  for (int t = 0; t < 3; ++t) {
    const std::string prefix = std::to_string(t) + ":";
    ASSERT_TRUE(log.wait_for_prefix(prefix, count));
    const auto lines = log.lines(prefix);
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(lines.at(static_cast<std::size_t>(i)), prefix + std::to_string(i));
    }
  }
}

}  // namespace
}  // namespace socketio::support
