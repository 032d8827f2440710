// SPDX-License-Identifier: MIT
#include "core/server/waiting_broadcasts.hpp"

#include <cstddef>
#include <utility>

namespace socketio::core {

namespace {

// The size of the broadcasts in one turn that are collected. Beyond this they are flushed.
constexpr std::size_t waiting_limit_bytes = 256 * 1024;

}  // namespace

void WaitingBroadcasts::add(Receivers& receivers, const detail::BroadcastOptions& options,
                            PreparedEvents events) {
  if (receivers_ == &receivers && waiting_->options == options &&
      waiting_->events.size_bytes() < waiting_limit_bytes) {
    waiting_->events.append(std::move(events));
    return;
  }
  flush();
  loop_.defer([this, kept = receivers.shared()] { flush(); });
  waiting_.emplace(Waiting{options, std::move(events)});
  receivers_ = &receivers;
}

void WaitingBroadcasts::deliver() {
  Waiting waiting = std::move(*std::exchange(waiting_, std::nullopt));
  std::exchange(receivers_, nullptr)->deliver(waiting.events, waiting.options);
}

}  // namespace socketio::core
