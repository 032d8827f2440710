// SPDX-License-Identifier: MIT
// Sockets as the Admin UI shows them.
#pragma once

#include "core/server/socket_state.hpp"

#include <socketio/json.hpp>

namespace socketio::admin {

/// Without `auth`, which is nobody else's business.
json describe(core::SocketState& socket);
/// Its `data()`.
json data_of(const core::SocketState& socket);

}  // namespace socketio::admin
