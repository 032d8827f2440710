// SPDX-License-Identifier: MIT
#include "delays.hpp"

#include <utility>

namespace conformance {

Delays::Delays() : thread_([this] { work(); }) {}

Delays::~Delays() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Delays::after(std::chrono::milliseconds delay, Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.emplace(Clock::now() + delay, std::move(task));
  }
  changed_.notify_one();
}

void Delays::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (tasks_.empty()) {
      changed_.wait(lock);
    } else if (const auto due = tasks_.begin()->first; due > Clock::now()) {
      changed_.wait_until(lock, due);
    } else {
      const auto next = tasks_.extract(tasks_.begin());
      lock.unlock();
      next.mapped()();
      lock.lock();
    }
  }
}

}  // namespace conformance
