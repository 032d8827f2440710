// SPDX-License-Identifier: MIT
#include "server/bus_inbox.hpp"

#include "base/contain.hpp"
#include "base/log.hpp"

#include <bit>
#include <utility>

namespace socketio::server {

BusInbox::BusInbox(Loop& loop, std::string node_id, const InboxLimits& limits,
                   std::function<void(std::string_view bytes)> deliver)
    : node_id_(std::move(node_id)), limits_(limits), deliver_(std::move(deliver)), loop_(&loop) {}

bool BusInbox::add(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  if (!loop_) return false;
  const bool has_room = waiting_.size() < limits_.waiting_messages &&
                        waiting_bytes_ + bytes.size() <= limits_.waiting_bytes;
  if (bytes.size() <= limits_.message_bytes && has_room) {
    waiting_.emplace_back(bytes);
    waiting_bytes_ += bytes.size();
    if (!is_awake_) wake();
    return true;
  }
  const std::uint64_t dropped = ++dropped_;
  lock.unlock();
  // Seldom enough, however many there are.
  if (std::has_single_bit(dropped)) {
    log_line(LogScope::server, LogLevel::warning,
             {"of what other servers sent ", std::to_string(dropped),
              " messages were dropped: ", has_room ? "it is too large" : "too much waits"});
  }
  return false;
}

void BusInbox::wake() {
  loop_->post([self = shared_from_this()] { self->deliver(); });
  is_awake_ = true;
}

void BusInbox::deliver() {
  for (std::size_t i = 0; i < messages_at_a_time; ++i) {
    const auto bytes = take();
    if (!bytes) return;
    contain(*this, [&] { deliver_(*bytes); });
  }
  const std::lock_guard lock(mutex_);
  is_awake_ = false;
  if (loop_ && !waiting_.empty()) wake();
}

std::optional<std::string> BusInbox::take() {
  const std::lock_guard lock(mutex_);
  if (!loop_ || waiting_.empty()) {
    is_awake_ = false;
    return std::nullopt;
  }
  std::string bytes = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= bytes.size();
  return bytes;
}

void BusInbox::close() {
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
  waiting_.clear();
}

void BusInbox::on_exception() noexcept {
  // Only close(), on this thread, changes it.
  if (loop_) loop_->report_exception();
}

}  // namespace socketio::server
