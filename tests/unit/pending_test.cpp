// SPDX-License-Identifier: MIT
#include "support/owned_coroutine.hpp"

#include <socketio/pending.hpp>
#include <socketio/task.hpp>

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {
namespace {

/// Starts a task and stores its result when it has ended.
detail::Detached start(Task<int> task, int& out) { out = co_await std::move(task); }

Task<int> doubled(Pending<int> pending) { co_return 2 * co_await pending; }

TEST(Pending, ThenBeforeAndAfterTheCompletion) {
  std::vector<int> log;
  Pending<int> before;
  before.then([&](int value) { log.push_back(value); });
  EXPECT_TRUE(log.empty());
  before.complete(1);
  Pending<int> after;
  after.complete(2);
  after.then([&](int value) { log.push_back(value); });
  EXPECT_EQ(log, (std::vector<int>{1, 2}));
}

TEST(Pending, OnlyTheFirstCompletionCounts) {
  std::vector<int> log;
  Pending<int> pending;
  pending.complete(1);
  pending.complete(2);
  pending.then([&](int value) { log.push_back(value); });
  pending.complete(3);
  EXPECT_EQ(log, (std::vector<int>{1}));
}

TEST(Pending, CopiesAreTheSame) {
  Pending<std::string> pending;
  const Pending<std::string> copy = pending;
  std::string seen;
  pending.then([&](std::string value) { seen = std::move(value); });
  copy.complete("value");
  EXPECT_EQ(seen, "value");
}

TEST(Pending, ADroppedOneIsCompletedWithoutHarm) {
  const auto captured = std::make_shared<int>(0);
  {
    Pending<int> pending;
    pending.then([captured](int) {});
    EXPECT_EQ(captured.use_count(), 2);
  }
  EXPECT_EQ(captured.use_count(), 1);
  Pending<int> kept_by_library;
  { const Pending<int> dropped_by_user = kept_by_library; }
  kept_by_library.complete(1);
}

TEST(Pending, LetsGoOfTheCallbackOnceItHasRun) {
  const auto captured = std::make_shared<int>(0);
  Pending<int> pending;
  pending.then([captured](int) {});
  pending.complete(1);
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Pending, TheCallbackMayDropIt) {
  auto pending = std::make_unique<Pending<int>>();
  const Pending<int> library_side = *pending;
  pending->then([&](int) { pending.reset(); });
  library_side.complete(1);
  EXPECT_FALSE(pending);
}

TEST(Pending, AFutureFromAnotherThread) {
  Pending<std::string> pending;
  auto asked =
      std::async(std::launch::async, [pending]() mutable { return pending.future().get(); });
  pending.complete("across");
  EXPECT_EQ(asked.get(), "across");
  Pending<int> completed_elsewhere;
  std::thread([completed_elsewhere] { completed_elsewhere.complete(7); }).join();
  EXPECT_EQ(completed_elsewhere.future().get(), 7);
}

TEST(Pending, CompletingAndAskingAtTheSameTimeLosesNothing) {
  for (int i = 0; i < 200; ++i) {
    Pending<int> pending;
    int out = 0;
    std::thread completer([pending] { pending.complete(21); });
    std::promise<int> done;
    pending.then([&](int value) { done.set_value(value); });
    out = done.get_future().get();
    completer.join();
    ASSERT_EQ(out, 21);
  }
}

TEST(Pending, AwaitedBeforeAndAfterTheCompletion) {
  Pending<int> later;
  int out = 0;
  start(doubled(later), out);
  EXPECT_EQ(out, 0);
  later.complete(21);
  EXPECT_EQ(out, 42);

  Pending<int> ready;
  ready.complete(5);
  start(doubled(ready), out);
  EXPECT_EQ(out, 10);
}

TEST(Pending, AwaitedAgainAndAgain) {
  std::vector<Pending<int>> steps(1'000);
  const auto sum = [&]() -> Task<int> {
    int total = 0;
    for (auto& step : steps) total += co_await step;
    co_return total;
  };
  int out = 0;
  start(sum(), out);
  for (auto& step : steps) step.complete(1);
  EXPECT_EQ(out, 1'000);
}

TEST(Pending, ACoroutineThatIsDestroyedWhileItWaitsIsNotResumed) {
  Pending<int> pending;
  const auto captured = std::make_shared<int>(0);
  bool resumed = false;
  const auto coroutine = [&](std::shared_ptr<int>) -> support::OwnedCoroutine {
    co_await pending;
    resumed = true;
  };
  const support::OwnedCoroutine owned = coroutine(captured);
  EXPECT_EQ(captured.use_count(), 2);
  owned.handle.destroy();
  EXPECT_EQ(captured.use_count(), 1);
  pending.complete(1);
  EXPECT_FALSE(resumed);
}

}  // namespace
}  // namespace socketio
