// SPDX-License-Identifier: MIT
// count_nodes(): asks Redis how many connections have subscribed to a channel, which each node does
// once. Loop's thread only.
#pragma once

#include "redis/client.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::redis {

/// `kind` is NUMSUB or SHARDNUMSUB. Calls back with nothing if Redis cannot say now. Asks when Redis
/// has confirmed our own subscription, before which it would not count this node.
void count_nodes(Client& client, Subscriber::Id own, std::string_view kind, std::string channel,
                 std::function<void(std::optional<std::size_t>)> counted);

}  // namespace socketio::redis
