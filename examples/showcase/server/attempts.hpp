// SPDX-License-Identifier: MIT
// Who has failed too often of late, by whatever names them: an address, an email.
//
// Time is an argument, so that tests need not wait. One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

namespace showcase {

class Attempts {
 public:
  static constexpr std::size_t limit = 10;
  static constexpr std::chrono::minutes window{1};
  /// Names that are remembered; the oldest are forgotten.
  static constexpr std::size_t names_limit = 10'000;

  using Clock = std::chrono::steady_clock;

  /// Counts an attempt, which fails until it is forgiven. False if there have been too many: it is
  /// not counted then.
  bool begin(const std::string& name, Clock::time_point now);
  /// The last attempt has not failed.
  void forgive(const std::string& name);

 private:
  struct Failures {
    Clock::time_point since;
    std::size_t count = 0;
  };

  void forget_old(Clock::time_point now);
  void forget_oldest();

  std::unordered_map<std::string, Failures> failures_;
  std::deque<std::string> names_;  // those of failures_, by `since`
};

}  // namespace showcase
