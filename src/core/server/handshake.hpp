// SPDX-License-Identifier: MIT
// make_handshake(): what applications see of the HTTP request and the CONNECT packet of a socket.
// Pure function.
#pragma once

#include "engine/server/session.hpp"

#include <socketio/socket.hpp>

#include <string_view>

namespace socketio::core {

/// What a CONNECT said as `auth`. The text is JSON, or empty, which means an empty object.
json auth_of(std::string_view auth_text);
Handshake make_handshake(const engine::OpeningRequest& opening, std::string_view auth_text);

}  // namespace socketio::core
