// SPDX-License-Identifier: MIT
//
// When the official client tries to connect again (Manager: reconnectionDelay, reconnectionDelayMax,
// randomizationFactor).
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

namespace load {

constexpr std::uint64_t millisecond = 1'000'000;

// In nanoseconds, before attempt `attempt`, which counts from 0.
inline std::uint64_t back_off(std::mt19937& random, unsigned attempt) {
  constexpr double first_ms = 1000;
  constexpr double longest_ms = 5000;
  constexpr double jitter = 0.5;
  const double delay_ms = std::min(first_ms * (1U << std::min(attempt, 10U)), longest_ms);
  std::uniform_real_distribution<double> spread(1 - jitter, 1 + jitter);
  return static_cast<std::uint64_t>(std::min(delay_ms * spread(random), longest_ms)) * millisecond;
}

}  // namespace load
