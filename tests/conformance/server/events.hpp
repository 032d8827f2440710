// SPDX-License-Identifier: MIT
// The events of README.md, in groups; each function adds one group to a namespace.
#pragma once

#include "delays.hpp"

#include <socketio/namespace.hpp>

namespace conformance {

/// Messages, acknowledgements, and adding and removing handlers. `delays` outlives the
/// namespace's sockets.
void add_message_events(socketio::Namespace& nsp, Delays& delays);
/// The socket's own data, its handshake, and its end.
void add_socket_events(socketio::Namespace& nsp);
/// Joining and leaving.
void add_room_events(socketio::Namespace& nsp);
/// Broadcasts.
void add_broadcast_events(socketio::Namespace& nsp);
/// Fetching and moving sockets by their rooms.
void add_administration_events(socketio::Namespace& nsp);

}  // namespace conformance
