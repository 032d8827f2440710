// SPDX-License-Identifier: MIT
// What a user's ServerOptions mean for the layers below: one place for the mapping. Pure functions.
#pragma once

#include "core/server/node.hpp"
#include "engine/server/options.hpp"

#include <socketio/server_options.hpp>

namespace socketio::server {

core::Options core_options(const ServerOptions& options);
engine::Options engine_options(const ServerOptions& options);

}  // namespace socketio::server
