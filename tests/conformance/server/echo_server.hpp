// SPDX-License-Identifier: MIT
// Plain Engine.IO at /engine.io/: every message is sent back, text as text, binary as binary.
#pragma once

#include "options.hpp"

namespace conformance {

/// Serves until SIGINT or SIGTERM.
void serve_engine(const Options& options);

}  // namespace conformance
