// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <thread>

namespace socketio::support {

/// The longest time that a test waits for anything that must happen.
inline constexpr std::chrono::seconds patience{60};

/// False if the condition does not become true in time.
template <class Condition>
bool eventually(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

}  // namespace socketio::support
