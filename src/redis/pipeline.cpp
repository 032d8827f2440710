// SPDX-License-Identifier: MIT
#include "redis/pipeline.hpp"

#include <utility>

namespace socketio::redis {

bool Pipeline::has_room_to_wait(std::size_t bytes) const {
  return waiting_.size() < limits_.waiting_commands && bytes <= limits_.waiting_bytes &&
         waiting_bytes_ <= limits_.waiting_bytes - bytes;
}

void Pipeline::wait(Entry entry) {
  waiting_bytes_ += entry.command.bytes().size();
  waiting_.push_back(std::move(entry));
}

const Pipeline::Entry* Pipeline::send_next() {
  if (waiting_.empty() || sent_.size() >= limits_.unanswered_commands) return nullptr;
  const std::size_t bytes = waiting_.front().command.bytes().size();
  // A command that is larger than the limit goes alone.
  if (!sent_.empty() && sent_bytes_ + bytes > limits_.unanswered_bytes) return nullptr;
  sent_.push_back(std::move(waiting_.front()));
  waiting_.pop_front();
  sent_bytes_ += bytes;
  waiting_bytes_ -= bytes;
  return &sent_.back();
}

const Pipeline::Entry& Pipeline::send_first(Entry entry) {
  sent_.push_back(std::move(entry));
  sent_bytes_ += sent_.back().command.bytes().size();
  return sent_.back();
}

std::optional<Pipeline::Entry> Pipeline::take_answered() {
  if (sent_.empty()) return std::nullopt;
  Entry entry = std::move(sent_.front());
  sent_.pop_front();
  sent_bytes_ -= entry.command.bytes().size();
  return entry;
}

std::deque<Pipeline::Entry> Pipeline::take_unanswered() {
  sent_bytes_ = 0;
  return std::exchange(sent_, {});
}

std::deque<Pipeline::Entry> Pipeline::take_waiting_since(TimePoint time) {
  std::deque<Entry> taken;
  while (!waiting_.empty() && waiting_.front().queued_at <= time) {
    waiting_bytes_ -= waiting_.front().command.bytes().size();
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return taken;
}

void Pipeline::drop_all() {
  sent_.clear();
  waiting_.clear();
  sent_bytes_ = waiting_bytes_ = 0;
}

}  // namespace socketio::redis
