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
  has_begun_ = true;
  streams_->on_last = [this] { end_if_last(); };
  if (streams_->empty()) end_if_last();
}

void Closing::on_other_end() {
  --others_;
  if (has_begun_ && streams_->empty()) end_if_last();
}

void Closing::end_if_last() {
  if (others_ == 0) loop_.timers().arm(*this, std::chrono::milliseconds(0));
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
