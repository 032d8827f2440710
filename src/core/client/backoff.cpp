// SPDX-License-Identifier: MIT
#include "core/client/backoff.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace socketio::core {

namespace {

/// Of [0, 1).
double random_fraction(Entropy& entropy) {
  std::array<std::uint8_t, 4> bytes{};
  entropy.fill(bytes);
  double fraction = 0;
  for (const std::uint8_t byte : bytes) fraction = (fraction + byte) / 256;
  return fraction;
}

}  // namespace

std::chrono::milliseconds Backoff::next(Entropy& entropy) {
  // Beyond this the largest delay is reached from any first one that is not zero.
  constexpr std::size_t doublings = 62;
  const auto exponent = static_cast<int>(std::min(attempts_, doublings));
  ++attempts_;
  double delay = std::ldexp(static_cast<double>(options_.delay.count()), exponent);
  const double factor = options_.randomization_factor;
  if (factor > 0 && factor <= 1) {
    // One number for size and sign, as the JavaScript client does.
    const double fraction = random_fraction(entropy);
    const double deviation = std::floor(fraction * factor * delay);
    const bool is_shorter = static_cast<int>(fraction * 10) % 2 == 0;
    delay += is_shorter ? -deviation : deviation;
  }
  const auto longest = static_cast<double>(options_.delay_max.count());
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(delay, 0.0, longest)));
}

}  // namespace socketio::core
