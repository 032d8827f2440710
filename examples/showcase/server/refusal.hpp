// SPDX-License-Identifier: MIT
// How the applications say no. On the loop of the socket.
#pragma once

#include <socketio/server.hpp>

#include <optional>
#include <string_view>

namespace showcase {

/// The acknowledgement, if one was asked for. A client that asks for none learns the same from the
/// event `error`.
socketio::json refused(const socketio::Socket& socket, std::string_view why);

/// For events that are told to many, or answered with long lists: a refusal if this client sends
/// too many of them.
std::optional<socketio::json> refused_for_haste(const socketio::Socket& socket);

}  // namespace showcase
