// SPDX-License-Identifier: MIT
// SHA-1, which RFC 6455 section 4.2.2 demands for the WebSocket handshake. Not used for security.
#pragma once

#include <array>
#include <string_view>

namespace socketio {

/// Of both, one behind the other.
std::array<char, 20> sha1(std::string_view first, std::string_view second = {});

}  // namespace socketio
