// SPDX-License-Identifier: MIT
// ManualLoop: a loop that a test runs by hand. run() does everything that is ready, and pass()
// advances the time; no thread, clock or descriptor is involved. Entropy is a counter, so that
// identifiers repeat from run to run. post() may be called from other threads; what they post runs
// in the next run() of the test's thread.
#pragma once

#include "base/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::support {

class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    ++count_;
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<std::uint8_t>(i < 8 ? count_ >> (id_bits * i) : 0);
  }

 private:
  /// What random_id() uses of each byte.
  static constexpr std::size_t id_bits = 6;

  std::uint64_t count_ = 0;
};

class ManualLoop final : public Loop {
 public:
  explicit ManualLoop(TimePoint start = TimePoint{}) : Loop(start, entropy_) {}

  std::int64_t wall_clock_ms() const override { return 1'700'000'000'000; }
  void post(Task task) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  bool is_current() const override { return std::this_thread::get_id() == thread_; }

  /// Runs turns until nothing is left to do.
  void run() {
    do {
      for (Task& task : take_posted()) task();
      finish_turn();
    } while (has_posted());
  }
  void pass(Duration time) {
    timers().advance(now() + time);
    run();
  }
  int requested_turns() const { return requested_turns_; }

 protected:
  void request_finish_turn() override { ++requested_turns_; }

 private:
  std::vector<Task> take_posted() {
    const std::lock_guard lock(mutex_);
    return std::exchange(posted_, {});
  }
  bool has_posted() {
    const std::lock_guard lock(mutex_);
    return !posted_.empty();
  }

  CountingEntropy entropy_;
  std::mutex mutex_;
  std::vector<Task> posted_;
  std::thread::id thread_ = std::this_thread::get_id();
  int requested_turns_ = 0;
};

}  // namespace socketio::support
