// SPDX-License-Identifier: MIT
#include "net/wake_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace socketio::net {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1'000'003us};

/// The result of one deadline per step until `end`: how often the loop woke up, and the
/// longest delay.
struct Woken {
  int times = 0;
  Duration latest{};
};
Woken wake_each(WakeLimit& limit, TimePoint from, TimePoint end, Duration step) {
  Woken woken;
  TimePoint now = from;
  for (TimePoint due = from; due < end; due += step) {
    // An earlier turn has run it.
    if (due <= now) continue;
    now = std::max(due, limit.free_at());
    limit.count(now);
    ++woken.times;
    woken.latest = std::max(woken.latest, now - due);
  }
  return woken;
}

TEST(WakeLimit, FewDeadlinesWakeTheLoopOnTime) {
  WakeLimit limit;
  EXPECT_EQ(wake_each(limit, start, start + 10s, 5ms).latest, Duration::zero());
}

TEST(WakeLimit, SomeInARowWakeTheLoopOnTime) {
  WakeLimit limit;
  for (const TimePoint from : {start, start + 1s, start + 2s}) {
    EXPECT_EQ(wake_each(limit, from, from + WakeLimit::burst * 1us, 1us).latest, Duration::zero());
  }
}

TEST(WakeLimit, ManyShareTurns) {
  WakeLimit limit;
  const Woken woken = wake_each(limit, start, start + 10s, 10us);
  EXPECT_LE(woken.times, 10s / WakeLimit::interval + WakeLimit::burst + 1);
  EXPECT_GE(woken.times, 10s / WakeLimit::interval);
  EXPECT_LE(woken.latest, WakeLimit::interval);
}

}  // namespace
}  // namespace socketio::net
