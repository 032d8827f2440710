// SPDX-License-Identifier: MIT
// count_nodes(): asks Redis how many connections have subscribed to a channel, which each node does
// once. Loop's thread only.
#pragma once

#include "redis/client.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

namespace socketio::redis {

/// `kind` is NUMSUB or SHARDNUMSUB. Calls back with nothing if Redis cannot say now.
void count_nodes(Client& client, std::string_view kind, std::string_view channel,
                 std::function<void(std::optional<std::size_t>)> counted);

}  // namespace socketio::redis
