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

void count_nodes(Client& client, Subscriber::Id own, std::string_view kind, std::string channel,
                 std::function<void(std::optional<std::size_t>)> counted) {
  client.subscriber().await_confirmation(
      own, [&client, kind, channel = std::move(channel),
            counted = std::move(counted)](Subscriber::Confirmation confirmation) {
        if (confirmation == Subscriber::Confirmation::not_now) return counted(std::nullopt);
        client.send({"PUBSUB", kind, channel}, [counted](const redis::Answer& answer) {
          counted(answer ? counted_nodes(*answer) : std::nullopt);
        });
      });
}

}  // namespace socketio::redis
