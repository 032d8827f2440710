// SPDX-License-Identifier: MIT
// The system's resolver does not answer: getaddrinfo of this program waits until a test lets it
// continue. Nobody who ends a client has to wait for it.
#include <socketio/client.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <thread>

namespace {

using namespace std::chrono_literals;

class Resolver {
 public:
  void ask() {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return answers_; });
    ++answered_;
    changed_.notify_all();
  }
  bool wait_until_asked() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [this] { return asked_ > answered_; });
  }
  bool let_go() {
    std::unique_lock lock(mutex_);
    answers_ = true;
    changed_.notify_all();
    return changed_.wait_for(lock, 20s, [this] { return asked_ == answered_; });
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    answers_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int asked_ = 0;
  int answered_ = 0;
  bool answers_ = false;
};

Resolver resolver;

}  // namespace

extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  resolver.ask();
  return EAI_NONAME;
}

namespace socketio {
namespace {

class SilentResolver : public testing::Test {
 protected:
  SilentResolver() { resolver.hold(); }
  ~SilentResolver() override { EXPECT_TRUE(resolver.let_go()); }

  /// Checks that `end` returns while the resolver is silent.
  static void expect_prompt(const std::function<void()>& end) {
    std::packaged_task<void()> task(end);
    auto ended = task.get_future();
    std::thread thread(std::move(task));
    EXPECT_EQ(ended.wait_for(10s), std::future_status::ready);
    const bool is_stuck = ended.wait_for(0s) != std::future_status::ready;
    if (is_stuck) resolver.let_go();
    thread.join();
  }
};

TEST_F(SilentResolver, DestroyingAClientOnAThreadOfItsOwn) {
  auto client = std::make_unique<Client>("http://example.test");
  client->socket();
  client->start();
  ASSERT_TRUE(resolver.wait_until_asked());
  expect_prompt([&] { client.reset(); });
}

TEST_F(SilentResolver, DestroyingAClientThatIsPolled) {
  auto client = std::make_unique<Client>("http://example.test");
  client->socket();
  client->poll();
  ASSERT_TRUE(resolver.wait_until_asked());
  expect_prompt([&] { client.reset(); });
}

TEST_F(SilentResolver, StoppingAClientThatRuns) {
  Client client("http://example.test");
  client.socket();
  std::thread runner([&] { client.run(); });
  EXPECT_TRUE(resolver.wait_until_asked());
  expect_prompt([&] {
    client.stop();
    runner.join();
  });
}

TEST_F(SilentResolver, AnAttemptEndsAtItsTimeout) {
  Client client("http://example.test", {.timeout = 50ms, .reconnection = false});
  std::promise<std::string> failed;
  client.socket().on_connect_error(
      [&](const ConnectionError& error) { failed.set_value(error.message); });
  client.start();
  auto message = failed.get_future();
  ASSERT_EQ(message.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(message.get(), "timeout");
}

}  // namespace
}  // namespace socketio
