// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace socketio::support {

/// The longest time that a test waits for anything that must happen.
inline constexpr std::chrono::seconds patience{60};

}  // namespace socketio::support
