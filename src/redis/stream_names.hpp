// SPDX-License-Identifier: MIT
// Which of several streams has a namespace's events. Every server of a cluster has to choose the same, so
// this is how @socket.io/redis-streams-adapter chooses.
//
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace socketio::redis {

/// Each that is in use is one more connection of every server, of which Redis takes 10,000 by default.
inline constexpr std::size_t stream_count_limit = 1'000;

/// Throws std::invalid_argument if there are none, or too many.
void check_stream_count(std::size_t count);

/// `name` itself if there is one stream. Of several, each has a number: from 0 on, and below 0 for the
/// namespaces whose hash is negative, which is how JavaScript divides. Official servers write to the
/// latter, and do not read them.
std::string stream_of(std::string_view nsp, const std::string& name, std::size_t count);

}  // namespace socketio::redis
