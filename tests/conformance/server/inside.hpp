// SPDX-License-Identifier: MIT
// The connection middleware of the namespace `/inside`. It performs the `steps` in the client's
// auth (README.md) on the connecting socket, then accepts it, unless a step has answered already.
#pragma once

#include <socketio/namespace.hpp>

namespace conformance {

void take_steps(socketio::Socket& socket, const socketio::Next& next);

}  // namespace conformance
