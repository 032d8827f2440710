// SPDX-License-Identifier: MIT
// Where unpredictable bytes come from. An interface, so that a simulation with a seed repeats
// itself; the real source is below the I/O line (net/system_entropy.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace socketio {

class Entropy {
 public:
  virtual ~Entropy() = default;
  /// Fills `out` with bytes that nobody can guess.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// A new identifier: 20 characters of [A-Za-z0-9_-], 120 unpredictable bits.
std::string random_id(Entropy& entropy);

}  // namespace socketio
