// SPDX-License-Identifier: MIT
// What time it is, as the page and tokens write it. Any thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace showcase {

/// Milliseconds since 1970, as Date.now() in JavaScript.
inline std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

inline std::int64_t in_ms(std::chrono::sys_seconds time) {
  return std::chrono::milliseconds(time.time_since_epoch()).count();
}

inline std::chrono::sys_seconds now_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace showcase
