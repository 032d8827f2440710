// SPDX-License-Identifier: MIT
// One thread for what takes too long for the server's loop, such as hashing a password. Tasks run
// one after another; what would wait behind too many is not taken, so that a flood of requests
// costs neither memory nor minutes.
//
// Any thread may add tasks. The destructor waits for the task that runs, and drops those that wait.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace showcase {

class Background {
 public:
  /// Tasks that may wait.
  static constexpr std::size_t limit = 32;

  Background();
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// False if too many wait. What a task throws is logged.
  bool add(std::function<void()> task);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace showcase
