// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace socketio::support {

/// The longest that a test waits for anything that must come.
inline constexpr std::chrono::seconds patience{5};

}  // namespace socketio::support
