// SPDX-License-Identifier: MIT
#include "base/backoff.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace socketio {

namespace {

/// In [0, 1).
double random_fraction(Entropy& entropy) {
  std::array<std::uint8_t, 4> bytes{};
  entropy.fill(bytes);
  double fraction = 0;
  for (const std::uint8_t byte : bytes) fraction = (fraction + byte) / 256;
  return fraction;
}

}  // namespace

std::chrono::milliseconds Backoff::next(Entropy& entropy) {
  // After so many doublings every first delay except zero has reached the largest one.
  constexpr std::size_t doublings = 62;
  const auto exponent = static_cast<int>(std::min(attempts_, doublings));
  ++attempts_;
  double delay = std::ldexp(static_cast<double>(options_.delay.count()), exponent);
  const double factor = options_.randomization_factor;
  if (factor > 0 && factor <= 1) {
    // One random number decides both amount and sign, as in the JavaScript client.
    const double fraction = random_fraction(entropy);
    const double deviation = std::floor(fraction * factor * delay);
    const bool is_shorter = static_cast<int>(fraction * 10) % 2 == 0;
    delay += is_shorter ? -deviation : deviation;
  }
  const auto longest = static_cast<double>(options_.delay_max.count());
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(delay, 0.0, longest)));
}

}  // namespace socketio
