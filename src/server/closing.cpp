// SPDX-License-Identifier: MIT
#include "server/closing.hpp"

#include <chrono>
#include <utility>

namespace socketio::server {

Closing::Closing(Loop& loop, std::shared_ptr<net::OpenStreams> streams,
                 std::function<void()> report)
    : loop_(loop), streams_(std::move(streams)), report_(std::move(report)) {}

Closing::~Closing() { streams_->on_last = nullptr; }

Pending<Closed> Closing::closed() {
  // It has no loop, because the loop ends, too: who asks later is called back at once.
  Pending<Closed> pending;
  const std::lock_guard lock(mutex_);
  is_complete_ ? pending.complete({}) : waiting_.push_back(pending);
  return pending;
}

void Closing::begin() {
  streams_->on_last = [this] { loop_.timers().arm(*this, std::chrono::milliseconds(0)); };
  if (streams_->empty()) streams_->on_last();
}

void Closing::complete() noexcept {
  std::vector<Pending<Closed>> waiting;
  {
    const std::lock_guard lock(mutex_);
    is_complete_ = true;
    waiting.swap(waiting_);
  }
  for (const auto& pending : waiting) {
    try {
      pending.complete({});
    } catch (...) {
      report_();
    }
  }
}

}  // namespace socketio::server
