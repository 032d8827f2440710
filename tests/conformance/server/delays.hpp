// SPDX-License-Identifier: MIT
// Runs tasks later, on a thread of its own: what an application does that answers when its database
// has. Acknowledgements and Next are so called from another thread than the server's.
//
// Life cycle: what has not run when it is destroyed is dropped. after() may be called
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
