// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace socketio::support {

/// The longest time that a test waits for anything that must happen.
inline constexpr std::chrono::seconds patience{60};

/// Asks `condition()` until it holds. False if it never does.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  do {
    if (condition()) return true;
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

}  // namespace socketio::support
