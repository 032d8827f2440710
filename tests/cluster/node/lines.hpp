// SPDX-License-Identifier: MIT
// Values on the control lines: JSON, with binary data as {"$bytes": base64}. Pure functions.
#pragma once

#include <socketio/json.hpp>

#include <string>

namespace cluster_node {

std::string to_line(const socketio::json& value);
/// Throws what nlohmann::json throws.
socketio::json from_line(const std::string& line);

}  // namespace cluster_node
