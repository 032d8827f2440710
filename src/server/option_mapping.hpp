// SPDX-License-Identifier: MIT
// Translates a user's ServerOptions for the layers below, in one place. Pure functions.
#pragma once

#include "core/server/node.hpp"
#include "engine/server/options.hpp"

#include <socketio/server_options.hpp>

namespace socketio::server {

core::Options core_options(const ServerOptions& options);
engine::Options engine_options(const ServerOptions& options);

}  // namespace socketio::server
