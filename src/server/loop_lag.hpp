// SPDX-License-Identifier: MIT
// LoopLag: how late the timers of a loop fire, measured with one that fires ten times a second.
//
// Life cycle: made with its loop -> start() -> stop(), so that the loop may run out of work. Loop's
// thread only. It may start before the loop runs, so it measures from its first firing on.
#pragma once

#include "base/timing_wheel.hpp"
#include "net/asio_loop.hpp"

#include <socketio/metrics.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace socketio::server {

class LoopLag final : private Deadline {
 public:
  explicit LoopLag(net::AsioLoop& loop) : loop_(loop) {}

  void start() {
    if (!armed()) arm();
  }
  void stop() { cancel(); }
  const DurationHistogram& histogram() const { return histogram_; }

 private:
  static constexpr std::chrono::milliseconds interval{100};

  void arm() {
    due_ = loop_.timers().now() + interval;
    loop_.timers().arm(*this, interval);
  }
  // The loop's own time is that of the beginning of its turn, which does not contain what this turn
  // has taken.
  void expired() noexcept override {
    if (std::exchange(has_fired_, true)) {
      histogram_.add(std::max(Duration::zero(), std::chrono::steady_clock::now() - due_));
    }
    arm();
  }

  net::AsioLoop& loop_;
  TimePoint due_{};
  bool has_fired_ = false;
  DurationHistogram histogram_;
};

}  // namespace socketio::server
