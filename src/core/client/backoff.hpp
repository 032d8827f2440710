// SPDX-License-Identifier: MIT
// Backoff: how long to wait before the next attempt to connect: twice as long each time, spread by
// chance so that the clients of a server that restarts do not all come at once. Any one thread.
#pragma once

#include "base/entropy.hpp"

#include <chrono>
#include <cstddef>

namespace socketio::core {

class Backoff {
 public:
  struct Options {
    std::chrono::milliseconds delay{1'000};  // of the first attempt
    std::chrono::milliseconds delay_max{5'000};
    double randomization_factor = 0.5;  // 0 to 1: how far chance moves a delay; else not at all
  };

  explicit Backoff(const Options& options) : options_(options) {}

  /// The delay before the next attempt, which it counts.
  std::chrono::milliseconds next(Entropy& entropy);
  std::size_t attempts() const { return attempts_; }
  void reset() { attempts_ = 0; }

 private:
  Options options_;
  std::size_t attempts_ = 0;
};

}  // namespace socketio::core
