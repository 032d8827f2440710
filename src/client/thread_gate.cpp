// SPDX-License-Identifier: MIT
#include "client/thread_gate.hpp"

#include <iterator>
#include <utility>

namespace socketio::client {

bool ThreadGate::is_mine() const {
  return holder_.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

void ThreadGate::hold() { holder_.store(std::this_thread::get_id(), std::memory_order_relaxed); }

void ThreadGate::take() {
  mutex_.lock();
  hold();
}

void ThreadGate::lock() {
  if (!is_mine()) {
    others_.fetch_add(1);
    take();
    others_.fetch_sub(1);
    admitted_.fetch_add(1);
  }
  ++holds_;
}

bool ThreadGate::try_lock_for(std::chrono::seconds limit) {
  if (!is_mine()) {
    others_.fetch_add(1);
    const bool is_taken = mutex_.try_lock_for(limit);
    others_.fetch_sub(1);
    if (!is_taken) return false;
    hold();
    admitted_.fetch_add(1);
  }
  ++holds_;
  return true;
}

void ThreadGate::unlock() {
  if (--holds_ != 0) return;
  holder_.store({}, std::memory_order_relaxed);
  mutex_.unlock();
}

void ThreadGate::let_others_in() const {
  const std::size_t admitted = admitted_.load();
  while (others_.load() != 0 && admitted_.load() == admitted) std::this_thread::yield();
}

void ThreadGate::enter() {
  if (!is_mine()) {
    let_others_in();
    take();
  }
  ++holds_;
  if (depth_++ == 0) inside_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

void ThreadGate::leave() {
  if (--depth_ == 0) inside_.store({}, std::memory_order_relaxed);
  unlock();
}

bool ThreadGate::is_below_user_code() const {
  return inside_.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

bool ThreadGate::is_inside() const {
  return is_below_user_code() && waiting_.load() == 0 && !closed_.load();
}

bool ThreadGate::post(Loop::Task task) {
  const std::lock_guard lock(queue_mutex_);
  if (closed_.load()) return false;
  // First: a task without this wake-up would prevent the wake-up of all later tasks.
  if (queue_.empty()) {
    loop_->post([weak = weak_from_this()] {
      if (const auto gate = weak.lock()) gate->run_posted();
    });
  }
  queue_.push_back(std::move(task));
  waiting_.fetch_add(1);
  return true;
}

bool ThreadGate::post_urgent(Loop::Task task) {
  if (!post(std::move(task))) return false;
  const std::lock_guard lock(queue_mutex_);
  if (loop_) loop_->hurry();
  return true;
}

void ThreadGate::run_posted() {
  const core::GateEntry entry(*this);
  {
    const std::lock_guard lock(queue_mutex_);
    if (batch_.empty()) batch_.swap(queue_);
    std::move(queue_.begin(), queue_.end(), std::back_inserter(batch_));
    queue_.clear();
  }
  while (!batch_.empty()) {
    const Loop::Task task = std::move(batch_.front());
    batch_.pop_front();
    waiting_.fetch_sub(1);
    try {
      task();
    } catch (...) {
      if (!closed_.load()) loop_->report_exception();
    }
  }
}

void ThreadGate::close() {
  std::deque<Loop::Task> dropped;
  {
    const std::lock_guard lock(queue_mutex_);
    closed_.store(true);
    loop_ = nullptr;
    dropped.swap(queue_);
  }
  // Destroying a task fails the acknowledgements that it would have completed.
  std::exchange(batch_, {}).clear();
}

}  // namespace socketio::client
