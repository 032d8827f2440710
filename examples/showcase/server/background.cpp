// SPDX-License-Identifier: MIT
#include "background.hpp"

#include <exception>
#include <iostream>
#include <utility>

namespace showcase {
namespace {

void run_safely(const std::function<void()>& task) {
  try {
    task();
  } catch (const std::exception& error) {
    std::cerr << "in the background: " << error.what() << '\n';
  }
}

}  // namespace

Background::Background() : thread_([this] { run(); }) {}

Background::~Background() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool Background::add(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() == limit) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void Background::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
    if (ending_) return;
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    run_safely(task);
    lock.lock();
  }
}

}  // namespace showcase
