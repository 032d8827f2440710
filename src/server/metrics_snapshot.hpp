// SPDX-License-Identifier: MIT
// Makes what users see of the counters of the layers below. Pure functions.
#pragma once

#include "core/server/counters.hpp"
#include "engine/server/counters.hpp"

#include <socketio/metrics.hpp>

namespace socketio::server {

void add_to(Metrics& metrics, const engine::Counters& counters);
void add_to(Metrics& metrics, const core::Counters& counters);
/// Those of another loop of the server.
void add_to(Metrics& metrics, const Metrics& others);

}  // namespace socketio::server
