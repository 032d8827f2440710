// SPDX-License-Identifier: MIT
#include "redis/counting.hpp"

#include <utility>

namespace socketio::redis {
namespace {

/// The reply is the list of the channel and its number.
std::optional<std::size_t> counted_nodes(const Reply& reply) {
  const auto* const list = reply.array();
  if (!list || list->size() != 2) return std::nullopt;
  const auto* const number = (*list)[1].integer();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

}  // namespace

void count_nodes(Client& client, std::string_view kind, std::string_view channel,
                 std::function<void(std::optional<std::size_t>)> counted) {
  client.send({"PUBSUB", kind, channel},
              [counted = std::move(counted)](const redis::Answer& answer) {
                counted(answer ? counted_nodes(*answer) : std::nullopt);
              });
}

}  // namespace socketio::redis
