// SPDX-License-Identifier: MIT
// The connection middleware of the namespace `/inside`: does with the socket that joins what the
// client's auth lists as `steps` (README.md), then lets it in, unless a step has answered already.
#pragma once

#include <socketio/namespace.hpp>

namespace conformance {

void take_steps(socketio::Socket& socket, const socketio::Next& next);

}  // namespace conformance
