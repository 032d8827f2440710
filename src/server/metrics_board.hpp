// SPDX-License-Identifier: MIT
// MetricsBoard: what one of several loops has counted, for the others, which may not look into it. It is
// renewed ten times a second.
//
// Life cycle: made with its worker -> start() -> stop(), so that the loop may run out of work. Loop's
// thread, except latest().
#pragma once

#include "base/loop.hpp"
#include "base/timing_wheel.hpp"

#include <socketio/metrics.hpp>

#include <chrono>
#include <functional>
#include <mutex>
#include <utility>

namespace socketio::server {

class MetricsBoard final : private Deadline {
 public:
  MetricsBoard(Loop& loop, std::function<Metrics()> count)
      : loop_(loop), count_(std::move(count)) {}

  void start() { loop_.timers().arm(*this, interval); }
  void stop() {
    cancel();
    renew();
  }
  /// Any thread.
  Metrics latest() const {
    const std::lock_guard lock(mutex_);
    return latest_;
  }

 private:
  static constexpr std::chrono::milliseconds interval{100};

  void renew() noexcept {
    try {
      Metrics counted = count_();
      const std::lock_guard lock(mutex_);
      std::swap(latest_, counted);
    } catch (...) {
      loop_.report_exception();  // the earlier numbers stay
    }
  }
  void expired() noexcept override {
    renew();
    start();
  }

  Loop& loop_;
  const std::function<Metrics()> count_;
  mutable std::mutex mutex_;
  Metrics latest_;
};

}  // namespace socketio::server
