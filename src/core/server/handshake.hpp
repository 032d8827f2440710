// SPDX-License-Identifier: MIT
// make_handshake(): what applications see of the HTTP request and the CONNECT packet of a socket.
// Pure function.
#pragma once

#include "engine/server/session.hpp"

#include <socketio/socket.hpp>

#include <string_view>

namespace socketio::core {

/// `auth_text` is JSON, or empty.
Handshake make_handshake(const engine::OpeningRequest& opening, std::string_view auth_text);

}  // namespace socketio::core
