// SPDX-License-Identifier: MIT
// TokenBucket: how often something may happen: a burst at once, and then as often as time refills
// the bucket. The clock is the caller's. One thread.
#pragma once

#include "base/timing_wheel.hpp"

#include <algorithm>
#include <chrono>

namespace socketio {

class TokenBucket {
 public:
  /// It begins full.
  TokenBucket(double per_second, double burst)
      : per_second_(per_second), burst_(burst), left_(burst) {}

  /// Takes a token; false if there is none.
  bool take(TimePoint now) {
    const double seconds = std::chrono::duration<double>(now - filled_at_).count();
    left_ = std::min(burst_, left_ + seconds * per_second_);
    filled_at_ = now;
    if (left_ < 1) return false;
    --left_;
    return true;
  }

 private:
  double per_second_;
  double burst_;
  double left_;
  TimePoint filled_at_{};
};

}  // namespace socketio
