// SPDX-License-Identifier: MIT
#include "base/loop.hpp"

#include <algorithm>
#include <utility>

namespace socketio {

void Loop::defer(Task task) {
  deferred_.push_back(std::move(task));
  request_finish_turn();
}

void Loop::schedule_flush(Stream& stream) {
  dirty_.push_back(&stream);
  request_finish_turn();
}

void Loop::cancel_flush(Stream& stream) {
  std::replace(dirty_.begin(), dirty_.end(), &stream, static_cast<Stream*>(nullptr));
  std::replace(flushing_.begin(), flushing_.end(), &stream, static_cast<Stream*>(nullptr));
}

void Loop::give_back(std::string buffer) {
  constexpr std::size_t spare_limit = 256;
  constexpr std::size_t spare_limit_bytes = 16 * 1024;
  if (spare_buffers_.size() >= spare_limit || buffer.capacity() > spare_limit_bytes) return;
  buffer.clear();
  spare_buffers_.push_back(std::move(buffer));
}

void Loop::finish_turn() {
  std::vector<Task> tasks;
  while (!deferred_.empty() || !dirty_.empty()) {
    if (!deferred_.empty()) {
      tasks.swap(deferred_);
      for (Task& task : tasks) task();
      tasks.clear();
      continue;  // what they deferred comes before the flush
    }
    flushing_.swap(dirty_);
    for (std::size_t i = 0; i < flushing_.size(); ++i) {
      Stream* const stream = flushing_[i];
      if (!stream) continue;
      stream->flush_scheduled_ = false;
      flushing_[i] = nullptr;
      stream->flush();
    }
    flushing_.clear();
  }
}

}  // namespace socketio
