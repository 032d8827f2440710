// SPDX-License-Identifier: MIT
// WakeLimit: how often a loop wakes up for its deadlines. A few deadlines each fire on time. With a
// hundred thousand heartbeats that would be a wake-up for each, so on average the loop wakes up no
// more often than every 4 ms, and the deadlines that are due by then share one turn, as do the
// answers to their pings.
//
// Pure arithmetic: the loop says when it fired. Its thread only.
#pragma once

#include "base/timing_wheel.hpp"

#include <algorithm>
#include <chrono>

namespace socketio::net {

class WakeLimit {
 public:
  static constexpr std::chrono::milliseconds interval{4};
  /// How many in a row are on time if there were few before.
  static constexpr int burst = 64;

  /// When deadlines may fire; in the past unless there were many, at most `interval` after
  /// the last time.
  TimePoint free_at() const { return paid_until_ - burst * interval; }
  /// Some have fired.
  void count(TimePoint now) { paid_until_ = std::max(paid_until_, now) + interval; }

 private:
  TimePoint paid_until_{};
};

}  // namespace socketio::net
