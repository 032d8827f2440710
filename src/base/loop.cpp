// SPDX-License-Identifier: MIT
#include "base/loop.hpp"

#include <utility>

namespace socketio {

void Loop::defer(Task task) {
  deferred_.push_back(std::move(task));
  request_finish_turn();
}

void Loop::schedule_flush(Stream& stream) {
  if (dirty_.empty()) request_finish_turn();
  dirty_.push_back(stream);
}

void Loop::forget(Stream& stream) {
  stream.unlink();
  if (flushed_ == &stream) flushed_ = nullptr;
}

void Loop::report_exception() noexcept {
  try {
    if (exception_hook_) exception_hook_();
  } catch (...) {
    return;  // there is nobody left to tell
  }
}

void Loop::run(const Task& task) noexcept {
  try {
    task();
  } catch (...) {
    report_exception();
  }
}

void Loop::give_back(std::string buffer) {
  constexpr std::size_t spare_limit = 256;
  constexpr std::size_t spare_limit_bytes = 16 * 1024;
  if (spare_buffers_.size() >= spare_limit || buffer.capacity() > spare_limit_bytes) return;
  buffer.clear();
  spare_buffers_.push_back(std::move(buffer));
}

void Loop::finish_turn() noexcept {
  std::vector<Task> tasks;
  while (!deferred_.empty() || !dirty_.empty()) {
    if (!deferred_.empty()) {
      tasks.swap(deferred_);
      for (const Task& task : tasks) run(task);
      tasks.clear();
      continue;  // what they deferred comes before the flush
    }
    flushing_.take(dirty_);
    while (!flushing_.empty()) {
      flushed_ = static_cast<Stream*>(&flushing_.front());
      flushed_->unlink();
      try {
        flushed_->finish_turn();
      } catch (...) {
        flushed_ ? flushed_->on_exception() : report_exception();
      }
    }
  }
}

}  // namespace socketio
