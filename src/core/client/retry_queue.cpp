// SPDX-License-Identifier: MIT
#include "core/client/retry_queue.hpp"

#include "core/event_bytes.hpp"

#include <utility>

namespace socketio::core {

void RetryQueue::push(std::string text, std::vector<Bytes> attachments,
                      const detail::EmitFlags& flags, detail::AckCallback callback) {
  size_bytes_ += event_bytes(text, attachments);
  entries_.push_back(
      {++last_number_, std::move(text), std::move(attachments), flags, std::move(callback), 0});
}

const RetryQueue::Entry* RetryQueue::next() {
  if (entries_.empty() || in_flight_) return nullptr;
  in_flight_ = true;
  ++entries_.front().tries;
  return &entries_.front();
}

void RetryQueue::take_back() {
  if (entries_.empty() || !std::exchange(in_flight_, false)) return;
  --entries_.front().tries;
}

std::optional<RetryQueue::Entry> RetryQueue::complete(std::uint64_t number, Outcome outcome) {
  if (entries_.empty() || entries_.front().number != number) return std::nullopt;
  in_flight_ = false;
  if (outcome == Outcome::failed && entries_.front().tries <= retries_) return std::nullopt;
  Entry entry = std::move(entries_.front());
  entries_.pop_front();
  size_bytes_ -= event_bytes(entry.text, entry.attachments);
  return entry;
}

}  // namespace socketio::core
