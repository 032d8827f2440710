// SPDX-License-Identifier: MIT
// Runs tasks later, on a thread of its own, like an application that answers when its database has.
// Acknowledgements and Next are therefore called from another thread than the server's.
//
// Life cycle: tasks that have not run when it is destroyed are dropped. after() may be called
// from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace conformance {

class Delays {
 public:
  using Task = std::function<void()>;

  Delays();
  ~Delays();
  void after(std::chrono::milliseconds delay, Task task);

 private:
  using Clock = std::chrono::steady_clock;
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace conformance
