// SPDX-License-Identifier: MIT
// Plain Engine.IO at /engine.io/: every message is sent back, text as text, binary as binary. It
// uses the library's internal layers, because there is no public interface below Socket.IO.
#pragma once

#include "options.hpp"

namespace conformance {

/// Serves until SIGINT or SIGTERM.
void serve_engine(const Options& options);

}  // namespace conformance
