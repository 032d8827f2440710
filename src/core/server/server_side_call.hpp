// SPDX-License-Identifier: MIT
// An event that another server has emitted with server_side_emit, while the namespace's handlers for
// it run, and its answer.
#pragma once

#include "core/server/adapter.hpp"

#include <functional>

namespace socketio::core {

/// Gets the array of what a handler has answered; null if none will. Called once, on the namespace's
/// loop.
using ServerSideAnswered = std::function<void(const WrittenEvent* answer)>;

/// Runs the handlers. `answered` is null if the other server awaits no answer. What is no event has no
/// handler. On the namespace's loop.
void run_server_side(NamespaceState& nsp, const WrittenEvent& event, ServerSideAnswered answered);

}  // namespace socketio::core
