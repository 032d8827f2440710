// SPDX-License-Identifier: MIT
// What --hooks adds below Socket.IO (README.md, "Hooks").
#pragma once

#include <socketio/server.hpp>

namespace conformance {

/// Adds the cookie, and ids that the client has asked for.
socketio::ServerOptions with_hooks(socketio::ServerOptions options);
void add_engine_hooks(socketio::Server& io);

}  // namespace conformance
