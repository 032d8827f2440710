// SPDX-License-Identifier: MIT
// The samples of redis_samples.hpp by name. Pure functions, any thread.
#pragma once

#include "support/hex.hpp"
#include "support/redis_samples.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace socketio::support {

/// Throws std::out_of_range if there is none.
inline const RedisSample& redis_sample(std::string_view name) {
  for (const RedisSample& sample : redis_samples) {
    if (sample.name == name) return sample;
  }
  throw std::out_of_range("no sample " + std::string(name));
}

inline std::string redis_sample_bytes(std::string_view name) {
  return from_hex(redis_sample(name).hex);
}

}  // namespace socketio::support
