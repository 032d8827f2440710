// SPDX-License-Identifier: MIT
// The Socket.IO server of README.md: its namespaces, and the events that all of them have.
#pragma once

#include "options.hpp"

namespace conformance {

/// Serves until SIGINT or SIGTERM.
void serve_socketio(const Options& options);

}  // namespace conformance
