// SPDX-License-Identifier: MIT
// WakeLimit: limits how often a loop wakes up for its deadlines. A small number of deadlines each
// fire on time. With a hundred thousand heartbeats that would be a wake-up for each. So on average
// the loop wakes up at most every 4 ms, and the deadlines that are due by then share one turn, as
// do the answers to their pings.
//
// Pure arithmetic; the loop reports when deadlines have fired. Loop's thread only.
#pragma once

#include "base/timing_wheel.hpp"

#include <algorithm>
#include <chrono>

namespace socketio::net {

class WakeLimit {
 public:
  static constexpr std::chrono::milliseconds interval{4};
  /// How many in a row fire on time after a quiet period.
  static constexpr int burst = 64;

  /// The earliest time for deadlines to fire. It is in the past unless there were many, and at most
  /// `interval` after the last time.
  TimePoint free_at() const { return paid_until_ - burst * interval; }
  /// Deadlines have fired.
  void count(TimePoint now) { paid_until_ = std::max(paid_until_, now) + interval; }

 private:
  TimePoint paid_until_{};
};

}  // namespace socketio::net
