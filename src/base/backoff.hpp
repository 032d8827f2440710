// SPDX-License-Identifier: MIT
// Backoff: how long to wait before the next attempt to connect. The delay doubles each time and is
// randomised, so that the clients of a restarted server do not all return at once. Any one thread.
#pragma once

#include "base/entropy.hpp"

#include <chrono>
#include <cstddef>

namespace socketio {

class Backoff {
 public:
  struct Options {
    // After the first failed attempt.
    std::chrono::milliseconds delay{1'000};
    std::chrono::milliseconds delay_max{5'000};
    // From 0 to 1: the largest random change of a delay, as a part of it. Other values mean none.
    double randomization_factor = 0.5;
  };

  explicit Backoff(const Options& options) : options_(options) {}

  /// Returns the delay before the next attempt, and counts that attempt.
  std::chrono::milliseconds next(Entropy& entropy);
  std::size_t attempts() const { return attempts_; }
  void reset() { attempts_ = 0; }

 private:
  Options options_;
  std::size_t attempts_ = 0;
};

}  // namespace socketio
