// SPDX-License-Identifier: MIT
// How often one client may do what is told to many: a burst, and then as much as flows in.
//
// Time is an argument, so that tests need not wait. One thread at a time.
#pragma once

#include <algorithm>
#include <chrono>

namespace showcase {

class TokenBucket {
 public:
  static constexpr double burst = 60;
  static constexpr double per_second = 2;

  using Clock = std::chrono::steady_clock;

  /// False if nothing is left.
  bool take(Clock::time_point now) {
    const double seconds = std::chrono::duration<double>(now - last_).count();
    left_ = std::min(burst, left_ + seconds * per_second);
    last_ = now;
    if (left_ < 1) return false;
    --left_;
    return true;
  }

 private:
  double left_ = burst;
  Clock::time_point last_{};
};

}  // namespace showcase
