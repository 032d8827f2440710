// SPDX-License-Identifier: MIT
// every(), after() and post() under virtual time: when they call, in which order, what cancels
// them, and that nothing is called or kept once their loop has ended.
#include "support/manual_timers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class TimersTest : public testing::Test {
 protected:
  void note() { calls.push_back(std::chrono::ceil<std::chrono::milliseconds>(loop.now() - start)); }
  /// A millisecond at a time.
  void pass(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 1ms) loop.pass(1ms);
  }

  support::ManualLoop loop;
  const TimePoint start = loop.now();
  support::ManualTimers io{loop};
  std::vector<std::chrono::milliseconds> calls;
};

TEST_F(TimersTest, EveryCallsOnceForEachPeriod) {
  io.every(10ms, [&] { note(); });
  pass(9ms);
  EXPECT_THAT(calls, IsEmpty());
  pass(26ms);
  EXPECT_THAT(calls, ElementsAre(10ms, 20ms, 30ms));
}

TEST_F(TimersTest, APeriodThatIsNoMultipleOfTheWheelsTickDoesNotDrift) {
  int count = 0;
  io.every(std::chrono::duration<double, std::ratio<1, 30>>(1), [&] { ++count; });
  pass(10s);
  EXPECT_EQ(count, 299 + 1);
}

TEST_F(TimersTest, WhatABusyLoopHasMissedIsLeftOutAndThePhaseStays) {
  io.every(10ms, [&] { note(); });
  loop.pass(47ms);
  EXPECT_THAT(calls, ElementsAre(47ms));
  pass(14ms);
  EXPECT_THAT(calls, ElementsAre(47ms, 50ms, 60ms));
}

TEST_F(TimersTest, AfterCallsOnce) {
  io.after(10ms, [&] { note(); });
  pass(50ms);
  EXPECT_THAT(calls, ElementsAre(10ms));
}

TEST_F(TimersTest, ADelayOfZeroOrLessIsNotAtOnceButSoon) {
  io.after(0ms, [&] { note(); });
  io.after(-5s, [&] { note(); });
  loop.run();
  EXPECT_THAT(calls, IsEmpty());
  pass(1ms);
  EXPECT_EQ(calls.size(), 2U);
}

TEST_F(TimersTest, APeriodHasToBePositive) {
  EXPECT_THROW(io.every(0s, [] {}), std::invalid_argument);
  EXPECT_THROW(io.every(-1ms, [] {}), std::invalid_argument);
}

TEST_F(TimersTest, TimesBeyondAllMeasureAreNever) {
  io.every(std::chrono::hours::max(), [&] { note(); });
  io.after(std::chrono::duration<double>(std::numeric_limits<double>::infinity()), [&] { note(); });
  loop.pass(std::chrono::hours(24 * 365));
  EXPECT_THAT(calls, IsEmpty());
}

TEST_F(TimersTest, CancelledByAnyCopyAndMoreThanOnce) {
  const Timer timer = io.every(10ms, [&] { note(); });
  const Timer copy = timer;
  pass(15ms);
  copy.cancel();
  timer.cancel();
  Timer().cancel();
  pass(50ms);
  EXPECT_THAT(calls, ElementsAre(10ms));
}

TEST_F(TimersTest, ACallbackCancelsItselfAndAnother) {
  Timer own;
  Timer other;
  own = io.every(10ms, [&] {
    note();
    own.cancel();
    other.cancel();
  });
  other = io.after(10ms, [&] { note(); });
  pass(50ms);
  EXPECT_THAT(calls, ElementsAre(10ms));
}

TEST_F(TimersTest, OneThatIsCancelledLetsGoOfWhatItsCallbackHas) {
  auto captured = std::make_shared<int>(0);
  const std::weak_ptr<int> seen = captured;
  const Timer timer = io.every(10ms, [kept = std::move(captured)] {});
  pass(15ms);
  EXPECT_FALSE(seen.expired());
  timer.cancel();
  EXPECT_TRUE(seen.expired());
}

TEST_F(TimersTest, CallbacksStartTimersAndPost) {
  io.after(10ms, [&] {
    io.after(10ms, [&] { note(); });
    io.post([&] { note(); });
  });
  pass(50ms);
  EXPECT_THAT(calls, ElementsAre(10ms, 20ms));
}

TEST_F(TimersTest, WhatTheyThrowIsReportedAndEveryGoesOn) {
  io.every(10ms, [] { throw std::runtime_error("tick"); });
  io.post([] { throw std::runtime_error("posted"); });
  pass(25ms);
  EXPECT_THAT(io.errors(), ElementsAre("post: posted", "timer: tick", "timer: tick"));
}

TEST_F(TimersTest, CallbacksMayBeCoroutines) {
  io.every(10ms, [&]() -> Task<> {
    note();
    co_await sleep_for(5ms);
    note();
    throw std::runtime_error("late");
  });
  io.post([&]() -> Task<> {
    note();
    throw std::runtime_error("posted");
    co_return;
  });
  loop.run();
  pass(18ms);
  EXPECT_THAT(calls, ElementsAre(0ms, 10ms, 15ms));
  EXPECT_THAT(io.errors(), ElementsAre("post: posted", "timer: late"));
}

TEST_F(TimersTest, CallbacksMayBeMoveOnly) {
  io.after(1ms, [this, kept = std::make_unique<int>(1)] { note(); });
  pass(5ms);
  EXPECT_EQ(calls.size(), 1U);
}

TEST_F(TimersTest, PostedOnesKeepTheirOrderAndNeverRunAtOnce) {
  std::vector<int> order;
  io.post([&] {
    order.push_back(1);
    io.post([&] { order.push_back(3); });
    order.push_back(2);
  });
  EXPECT_THAT(order, IsEmpty());
  loop.run();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST_F(TimersTest, FromAnotherThreadTimesCountFromWhenTheLoopHearsOfIt) {
  Timer cancelled;
  std::thread([&] {
    io.after(10ms, [&] { note(); });
    cancelled = io.after(10ms, [&] { note(); });
    cancelled.cancel();
  }).join();
  loop.pass(20ms);
  EXPECT_THAT(calls, IsEmpty());
  pass(20ms);
  EXPECT_THAT(calls, ElementsAre(30ms));
}

TEST_F(TimersTest, CancelledOnAnotherThreadNoCallBeginsAnyMore) {
  const auto captured = std::make_shared<int>(0);
  const Timer timer = io.every(10ms, [this, captured] { note(); });
  std::thread([&] { timer.cancel(); }).join();
  loop.timers().advance(loop.now() + 15ms);  // due before the loop hears of it
  EXPECT_THAT(calls, IsEmpty());
  loop.run();
  EXPECT_EQ(captured.use_count(), 1);
}

TEST_F(TimersTest, AfterTheEndNothingIsCalledAndNothingKept) {
  const auto captured = std::make_shared<int>(0);
  const auto callback = [this, captured] { note(); };
  const Timer ticks = io.every(10ms, callback);
  io.after(10ms, callback);
  io.post(callback);
  std::thread([&] { io.after(10ms, callback); }).join();
  io.end();
  io.every(10ms, callback);
  io.post(callback);
  std::thread([&] { io.post(callback); }).join();
  ticks.cancel();
  pass(50ms);
  EXPECT_THAT(calls, IsEmpty());
  EXPECT_EQ(captured.use_count(), 2) << "the callback's here";
}

TEST_F(TimersTest, ATimerOutlivesItsLoop) {
  Timer kept;
  {
    support::ManualLoop other;
    support::ManualTimers timers(other);
    kept = timers.every(1s, [] {});
  }
  kept.cancel();
}

TEST_F(TimersTest, WhatACallbackHadMayCancelAndStartTimersWhenItGoes) {
  struct Busybody {
    support::ManualTimers& io;
    std::vector<Timer> timers{};
    ~Busybody() {
      for (const Timer& timer : timers) timer.cancel();
      io.state()->cancel_all();
      io.after(1ms, [] {});
    }
  };
  const auto busybody = [&] {
    auto made = std::make_shared<Busybody>(Busybody{io});
    for (int i = 0; i < 8; ++i) made->timers.push_back(io.after(1s, [made] {}));
  };
  busybody();
  io.state()->cancel_all();
  busybody();
  io.end();
}

}  // namespace
}  // namespace socketio
