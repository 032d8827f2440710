// SPDX-License-Identifier: MIT
// Translates a user's ServerOptions for the layers below, in one place. Pure functions.
#pragma once

#include "core/server/node.hpp"
#include "engine/server/options.hpp"

#include <socketio/server_options.hpp>

#include <cstddef>
#include <cstdint>

namespace socketio::server {

core::Options core_options(const ServerOptions& options, const LoopPlace& place = {});
engine::Options engine_options(const ServerOptions& options, const LoopPlace& place = {});
/// Whose loops a server runs on.
enum class LoopsOf : std::uint8_t { server, user };
/// How many loops the server has. Throws std::invalid_argument for what
/// several loops cannot do.
std::size_t loop_count(const ServerOptions& options, LoopsOf loops_of);

}  // namespace socketio::server
