// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace socketio::support {

/// The longest that a test waits for anything that must come.
inline constexpr std::chrono::seconds patience{60};

}  // namespace socketio::support
