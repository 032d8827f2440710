// SPDX-License-Identifier: MIT
// TokenBucket: how often something may happen.
#pragma once

#include <algorithm>
#include <chrono>

namespace socketio {

struct Rate {
  double per_second = 10;
  double burst = 20;  ///< At once after a rest. Below 1 nothing ever happens.
};

/// Counts what happens against a Rate: a burst at once, and then as often as time refills the bucket.
/// One thread.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  /// It begins full.
  explicit TokenBucket(Rate rate) : rate_(rate), left_(rate.burst) {}

  /// Takes a token; false if there is none.
  bool take(Clock::time_point now = Clock::now()) {
    left_ = left(now);
    filled_at_ = now;
    if (left_ < 1) return false;
    --left_;
    return true;
  }
  /// Whether it is as if nothing had ever been taken.
  bool is_full(Clock::time_point now = Clock::now()) const { return left(now) >= rate_.burst; }

 private:
  double left(Clock::time_point now) const {
    const double seconds = std::chrono::duration<double>(now - filled_at_).count();
    return std::min(rate_.burst, left_ + seconds * rate_.per_second);
  }

  Rate rate_;
  double left_;
  Clock::time_point filled_at_{};
};

}  // namespace socketio
