// SPDX-License-Identifier: MIT
#include "support/owned_coroutine.hpp"

#include <socketio/pending.hpp>
#include <socketio/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace socketio {
namespace {

struct Point {
  int x = 0;
  int y = 0;
};

template <class T>
detail::Detached start(Task<T> task, std::optional<T>& out) {
  out = co_await std::move(task);
}

detail::Detached start(Task<> task, bool& done) {
  co_await std::move(task);
  done = true;
}

/// Stores the message of what a task throws.
template <class T>
detail::Detached failure_of(Task<T> task, std::string& out) {
  try {
    co_await std::move(task);
  } catch (const std::exception& failure) {
    out = failure.what();
  }
}

TEST(Task, RunsWhenItIsAwaitedAndNotBefore) {
  bool ran = false;
  const auto make = [&]() -> Task<int> {
    ran = true;
    co_return 5;
  };
  std::optional<int> out;
  auto task = make();
  EXPECT_FALSE(ran);
  start(std::move(task), out);
  EXPECT_TRUE(ran);
  EXPECT_EQ(out, 5);
}

TEST(Task, OneThatIsNeverAwaitedIsReleased) {
  const auto captured = std::make_shared<int>(0);
  {
    const auto make = [](std::shared_ptr<int> kept) -> Task<int> { co_return *kept; };
    const auto task = make(captured);
    EXPECT_EQ(captured.use_count(), 2);
  }
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Task, OneThatIsDestroyedWhileItWaitsIsReleased) {
  const auto captured = std::make_shared<int>(0);
  const Pending<int> pending;
  bool resumed = false;
  const auto inner = [&](std::shared_ptr<int>) -> Task<> {
    co_await Pending<int>(pending);
    resumed = true;
  };
  {
    const auto run = [](Task<> task) -> support::OwnedCoroutine { co_await std::move(task); };
    const support::OwnedCoroutine outer = run(inner(captured));
    EXPECT_EQ(captured.use_count(), 2);
    outer.handle.destroy();
  }
  EXPECT_EQ(captured.use_count(), 1);
  pending.complete(1);
  EXPECT_FALSE(resumed);
}

TEST(Task, ExceptionsReachWhoAwaits) {
  const auto inner = []() -> Task<int> {
    throw std::runtime_error("inner");
    co_return 1;
  };
  const auto outer = [&]() -> Task<> { co_await inner(); };
  std::string out;
  failure_of(inner(), out);
  EXPECT_EQ(out, "inner");
  out.clear();
  failure_of(outer(), out);
  EXPECT_EQ(out, "inner");
}

TEST(Task, ExceptionsAfterAWaitReachWhoAwaits) {
  Pending<int> pending;
  const auto make = [&]() -> Task<> {
    co_await pending;
    throw std::runtime_error("later");
  };
  std::string out;
  failure_of(make(), out);
  EXPECT_EQ(out, "");
  pending.complete(1);
  EXPECT_EQ(out, "later");
}

TEST(Task, OneAwaitsTheOther) {
  Pending<int> pending;
  const auto inner = [&]() -> Task<int> { co_return co_await pending + 1; };
  const auto outer = [&]() -> Task<int> { co_return co_await inner() * 10; };
  std::optional<int> out;
  start(outer(), out);
  EXPECT_FALSE(out);
  pending.complete(1);
  EXPECT_EQ(out, 20);
}

TEST(Task, ResultsMayBeMoveOnlyOrInBraces) {
  const auto unique = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
  std::optional<std::unique_ptr<int>> pointer;
  start(unique(), pointer);
  ASSERT_TRUE(pointer);
  EXPECT_EQ(**pointer, 3);

  const auto braces = []() -> Task<Point> { co_return {1, 2}; };
  std::optional<Point> point;
  start(braces(), point);
  ASSERT_TRUE(point);
  EXPECT_EQ(point->y, 2);
}

TEST(Task, OfNothing) {
  Pending<int> pending;
  const auto make = [&]() -> Task<> { co_await pending; };
  bool done = false;
  start(make(), done);
  EXPECT_FALSE(done);
  pending.complete(1);
  EXPECT_TRUE(done);
}

TEST(Task, IsMovedButNotCopied) {
  static_assert(!std::is_copy_constructible_v<Task<int>>);
  const auto make = [](int value) -> Task<int> { co_return value; };
  auto task = make(1);
  task = make(2);
  std::optional<int> out;
  start(std::move(task), out);
  EXPECT_EQ(out, 2);
}

}  // namespace
}  // namespace socketio
