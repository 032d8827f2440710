// SPDX-License-Identifier: MIT
#include "base/loop.hpp"

#include <utility>

namespace socketio {

void Loop::defer(Task task) {
  deferred_.push_back(std::move(task));
  request_finish_turn();
}

void Loop::schedule_flush(std::shared_ptr<Stream> stream) {
  dirty_.push_back(std::move(stream));
  request_finish_turn();
}

void Loop::finish_turn() {
  std::vector<Task> tasks;
  std::vector<std::shared_ptr<Stream>> streams;
  while (!deferred_.empty() || !dirty_.empty()) {
    if (!deferred_.empty()) {
      tasks.swap(deferred_);
      for (Task& task : tasks) task();
      tasks.clear();
      continue;  // what they deferred comes before the flush
    }
    streams.swap(dirty_);
    for (auto& stream : streams) {
      stream->flush_scheduled_ = false;
      stream->flush();
    }
    streams.clear();
    if (dirty_.empty()) dirty_.swap(streams);  // keeps its capacity for the next turn
  }
}

}  // namespace socketio
