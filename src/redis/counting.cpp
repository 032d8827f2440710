// SPDX-License-Identifier: MIT
#include "redis/counting.hpp"

#include <utility>
#include <vector>

namespace socketio::redis {
namespace {

/// Each answer is the list of the channel and its number.
std::optional<std::size_t> counted_nodes(const std::vector<Reply>& answers) {
  if (answers.empty()) return std::nullopt;
  std::size_t sum = 0;
  for (const Reply& answer : answers) {
    const auto* const list = answer.array();
    if (!list || list->size() != 2) return std::nullopt;
    const auto* const number = (*list)[1].integer();
    if (!number || *number < 0) return std::nullopt;
    sum += static_cast<std::size_t>(*number);
  }
  return sum;
}

}  // namespace

void count_nodes(Client& client, Subscriber::Id own, std::string_view kind, std::string channel,
                 std::function<void(std::optional<std::size_t>)> counted) {
  client.await_confirmation(
      own, [&client, kind, channel = std::move(channel),
            counted = std::move(counted)](Subscriber::Confirmation confirmation) {
        if (confirmation == Subscriber::Confirmation::not_now) return counted(std::nullopt);
        client.ask_all({"PUBSUB", kind, channel}, [counted](const std::vector<Reply>& answers) {
          counted(counted_nodes(answers));
        });
      });
}

}  // namespace socketio::redis
