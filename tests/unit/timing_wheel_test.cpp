// SPDX-License-Identifier: MIT
#include "base/timing_wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;

class CallTimer final : public Deadline {
 public:
  explicit CallTimer(std::function<void()> call = [] {}) : call_(std::move(call)) {}

 private:
  void expired() noexcept override {
    // A copy, because the call may destroy this timer.
    const auto call = call_;
    call();
  }
  std::function<void()> call_;
};

constexpr TimePoint start{1'000'003us};

TEST(TimingWheel, FiresOnceInTheFirstAdvanceAtOrAfterTheTickBehindTheDeadline) {
  TimingWheel wheel(start);
  int fired = 0;
  CallTimer timer([&] { ++fired; });
  wheel.arm(timer, 5ms - 1us);
  EXPECT_TRUE(timer.armed());
  wheel.advance(start + 5ms - 1us);
  EXPECT_EQ(fired, 0);
  wheel.advance(start + 5ms);
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(timer.armed());
  wheel.advance(start + 1h);
  EXPECT_EQ(fired, 1);
}

// A heartbeat waits twice: the ping's timer arms the wait for the answer, so their delays add up.
TEST(TimingWheel, TwoWaitsInARowAreLessThanAMillisecondLateTogether) {
  for (Duration phase = 0us; phase < 8ms; phase += 10us) {
    TimingWheel wheel(start);
    wheel.advance(start + phase);
    const auto fire_next = [&] { wheel.advance(wheel.next_deadline().value_or(wheel.now())); };
    std::optional<Duration> took;
    CallTimer second([&] { took = wheel.now() - start - phase; });
    CallTimer first([&] { wheel.arm(second, 20s); });
    wheel.arm(first, 25s);
    while (!took) fire_next();
    EXPECT_GE(*took, 45s);
    EXPECT_LT(*took, 45s + 1ms) << "armed " << phase.count() << " ns behind a tick";
  }
}

TEST(TimingWheel, ZeroAndNegativeDelaysFireAtTheNextTick) {
  TimingWheel wheel(start);
  int fired = 0;
  CallTimer zero([&] { ++fired; });
  CallTimer negative([&] { ++fired; });
  wheel.arm(zero, 0ms);
  wheel.arm(negative, -3h);
  wheel.advance(start);
  EXPECT_EQ(fired, 0);
  wheel.advance(start + TimingWheel::tick);
  EXPECT_EQ(fired, 2);
}

TEST(TimingWheel, ATimerThatRearmsItselfWithoutDelayDoesNotHoldTheLoop) {
  TimingWheel wheel(start);
  int fired = 0;
  std::unique_ptr<CallTimer> timer;
  timer = std::make_unique<CallTimer>([&] {
    ++fired;
    wheel.arm(*timer, 0ms);
  });
  wheel.arm(*timer, 0ms);
  wheel.advance(start + 1s);
  EXPECT_LE(fired, 2);
  EXPECT_TRUE(timer->armed());
}

TEST(TimingWheel, TimeDoesNotGoBack) {
  TimingWheel wheel(start);
  wheel.advance(start + 1s);
  wheel.advance(start);
  EXPECT_EQ(wheel.now(), start + 1s);
}

TEST(TimingWheel, ReachesBeyondItsRangeWithoutFiringEarly) {
  for (const Duration delay :
       {Duration(17h), Duration(18h), Duration(19h), Duration(100h), Duration(24h * 400)}) {
    TimingWheel wheel(start);
    bool fired = false;
    CallTimer timer([&] { fired = true; });
    wheel.arm(timer, delay);
    int wakes = 0;
    while (!fired) {
      const auto next = wheel.next_deadline();
      ASSERT_TRUE(next);
      ASSERT_LE(*next, start + delay + TimingWheel::tick);
      ASSERT_LT(++wakes, 10'000);
      wheel.advance(*next);
    }
    EXPECT_GE(wheel.now(), start + delay);
  }
}

TEST(TimingWheel, OneLongJumpFiresEverything) {
  TimingWheel wheel(start);
  std::vector<int> order;
  std::vector<std::unique_ptr<CallTimer>> timers;
  int name = 0;
  for (const Duration delay :
       {Duration(40h), Duration(1ms), Duration(2h), Duration(300ms), Duration(20s)}) {
    timers.push_back(std::make_unique<CallTimer>([&order, name] { order.push_back(name); }));
    wheel.arm(*timers.back(), delay);
    ++name;
  }
  wheel.advance(start + 1000h);
  EXPECT_EQ(order, (std::vector<int>{1, 3, 4, 2, 0}));
  EXPECT_FALSE(wheel.next_deadline());
}

TEST(TimingWheel, TheLongestDelaysThereAreDoNotOverflow) {
  TimingWheel wheel(start);
  bool fired = false;
  CallTimer nanoseconds([&] { fired = true; });
  CallTimer milliseconds([&] { fired = true; });
  CallTimer negative;
  wheel.arm(nanoseconds, Duration::max());
  wheel.arm(milliseconds, std::chrono::milliseconds::max());
  wheel.arm(negative, std::chrono::milliseconds::min());
  wheel.advance(start + 24h * 365);
  EXPECT_FALSE(fired);
  EXPECT_TRUE(nanoseconds.armed());
  EXPECT_TRUE(milliseconds.armed());
  EXPECT_FALSE(negative.armed());
}

TEST(TimingWheel, CancelledAndDestroyedTimersDoNotFire) {
  TimingWheel wheel(start);
  int fired = 0;
  CallTimer cancelled([&] { ++fired; });
  auto destroyed = std::make_unique<CallTimer>([&] { ++fired; });
  wheel.arm(cancelled, 10ms);
  wheel.arm(*destroyed, 10ms);
  cancelled.cancel();
  cancelled.cancel();
  destroyed.reset();
  EXPECT_FALSE(wheel.next_deadline());
  wheel.advance(start + 1s);
  EXPECT_EQ(fired, 0);
}

TEST(TimingWheel, RearmingReplacesTheDeadline) {
  TimingWheel wheel(start);
  int fired = 0;
  CallTimer timer([&] { ++fired; });
  wheel.arm(timer, 1s);
  wheel.arm(timer, 2s);
  wheel.advance(start + 1500ms);
  EXPECT_EQ(fired, 0);
  wheel.advance(start + 2100ms);
  EXPECT_EQ(fired, 1);
}

TEST(TimingWheel, ATimerMayDestroyItselfAndOthersOfItsTick) {
  TimingWheel wheel(start);
  std::vector<std::unique_ptr<CallTimer>> timers;
  int fired = 0;
  for (int i = 0; i < 10; ++i) {
    timers.push_back(std::make_unique<CallTimer>([&] {
      ++fired;
      timers.clear();
    }));
    wheel.arm(*timers.back(), 20ms);
  }
  wheel.advance(start + 1s);
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(timers.empty());
}

TEST(TimingWheel, ATimerMayCancelAndRearmOthersOfItsTick) {
  TimingWheel wheel(start);
  int second_fired = 0;
  int third_fired = 0;
  CallTimer second([&] { ++second_fired; });
  CallTimer third([&] { ++third_fired; });
  CallTimer first([&] {
    second.cancel();
    wheel.arm(third, 1s);
  });
  wheel.arm(first, 20ms);
  wheel.arm(second, 20ms);
  wheel.arm(third, 20ms);
  wheel.advance(start + 100ms);
  EXPECT_EQ(second_fired, 0);
  EXPECT_EQ(third_fired, 0);
  wheel.advance(start + 2s);
  EXPECT_EQ(second_fired, 0);
  EXPECT_EQ(third_fired, 1);
}

TEST(TimingWheel, ItsEndLeavesTimersDisarmed) {
  CallTimer near;
  CallTimer far;
  {
    TimingWheel wheel(start);
    wheel.arm(near, 1ms);
    wheel.arm(far, 30h);
  }
  EXPECT_FALSE(near.armed());
  EXPECT_FALSE(far.armed());
}

// --- Comparison with a model: a map of deadlines, searched from one end to the other ---

class Model {
 public:
  explicit Model(unsigned seed) : random_(seed), wheel_(start) {
    for (std::size_t i = 0; i < timer_count; ++i) {
      timers_.push_back(std::make_unique<CallTimer>([this, i] { on_expired(i); }));
    }
  }

  void step() {
    const std::size_t chosen = pick(timer_count);
    switch (pick(8)) {
      case 0:
      case 1:
      case 2:
        return arm(chosen);
      case 3:
        timers_[chosen]->cancel();
        deadlines_.erase(chosen);
        return;
      case 4:
        timers_[chosen] = std::make_unique<CallTimer>([this, chosen] { on_expired(chosen); });
        deadlines_.erase(chosen);
        return;
      case 5:
        return advance(wheel_.next_deadline().value_or(wheel_.now()));
      default:
        return advance(wheel_.now() + random_delay());
    }
  }

 private:
  static constexpr std::size_t timer_count = 40;

  std::size_t pick(std::size_t count) { return random_() % count; }
  /// Each magnitude from microseconds to days is equally likely.
  Duration random_delay() {
    const unsigned bits = static_cast<unsigned>(pick(48));
    return Duration(static_cast<Duration::rep>(random_() & ((std::uint64_t{1} << bits) - 1)));
  }
  void arm(std::size_t chosen) {
    const Duration delay = random_delay();
    wheel_.arm(*timers_[chosen], delay);
    deadlines_[chosen] = wheel_.now() + delay;
  }
  void on_expired(std::size_t chosen) {
    const auto due = deadlines_.find(chosen);
    ASSERT_NE(due, deadlines_.end()) << "fired though not armed";
    ASSERT_LE(due->second, wheel_.now()) << "fired early";
    deadlines_.erase(due);
    if (pick(4) == 0) arm(pick(timer_count));
    if (pick(4) == 0) {
      const std::size_t other = pick(timer_count);
      timers_[other]->cancel();
      deadlines_.erase(other);
    }
  }
  void advance(TimePoint now) {
    wheel_.advance(now);
    std::optional<TimePoint> first;
    for (const auto& [name, due] : deadlines_) {
      ASSERT_TRUE(timers_[name]->armed());
      ASSERT_GT(due + 2 * TimingWheel::tick, wheel_.now()) << "not fired";
      first = std::min(first.value_or(due), due);
    }
    const auto next = wheel_.next_deadline();
    ASSERT_EQ(next.has_value(), first.has_value());
    if (!next) return;
    ASSERT_LE(*next, *first + TimingWheel::tick) << "would be called late";
    ASSERT_GT(*next + TimingWheel::tick, wheel_.now()) << "would be called for nothing";
  }

  std::mt19937_64 random_;
  TimingWheel wheel_;
  std::map<std::size_t, TimePoint> deadlines_;
  std::vector<std::unique_ptr<CallTimer>> timers_;
};

class TimingWheelModel : public testing::TestWithParam<unsigned> {};

TEST_P(TimingWheelModel, BehavesLikeAMapOfDeadlines) {
  Model model(GetParam());
  for (int i = 0; i < 5'000; ++i) {
    model.step();
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TimingWheelModel, testing::Range(1U, 21U));

}  // namespace
}  // namespace socketio
