// SPDX-License-Identifier: MIT
#include "base/loop.hpp"

#include <utility>

namespace socketio {

void Loop::defer(Task task) {
  deferred_.push_back(std::move(task));
  request_finish_turn();
}

void Loop::keep(std::shared_ptr<const void> object) {
  kept_.push_back(std::move(object));
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
  std::vector<Task> tasks = std::exchange(spare_tasks_, {});
  std::vector<std::shared_ptr<const void>> released = std::exchange(spare_kept_, {});
  while (!deferred_.empty() || !kept_.empty() || !dirty_.empty()) {
    if (!deferred_.empty() || !kept_.empty()) {
      // Together: a task may run this loop again, which must not release what the next tasks need.
      tasks.swap(deferred_);
      released.swap(kept_);
      for (const Task& task : tasks) run(task);
      tasks.clear();
      released.clear();
      continue;  // what they and the destructors deferred comes before the flush
    }
    flushing_.take(dirty_);
    while (!flushing_.empty()) {
      flushed_ = static_cast<Stream*>(&flushing_.take_front());
      try {
        flushed_->finish_turn();
      } catch (...) {
        flushed_ ? flushed_->on_exception() : report_exception();
      }
    }
  }
  constexpr std::size_t spare_limit = 1024;
  if (tasks.capacity() <= spare_limit) spare_tasks_ = std::move(tasks);
  if (released.capacity() <= spare_limit) spare_kept_ = std::move(released);
}

}  // namespace socketio
