// SPDX-License-Identifier: MIT
// ThreadGate: the gate of a client on Asio: a recursive mutex that the loop, which goes in and out
// all the time, leaves to others who wait; and the tasks that wait for the loop. close() leaves
// nothing behind that could run later.
#pragma once

#include "core/client/gate.hpp"
#include "net/asio_loop.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace socketio::client {

class ThreadGate final : public core::Gate, public std::enable_shared_from_this<ThreadGate> {
 public:
  explicit ThreadGate(net::AsioLoop& loop) : loop_(&loop) {}

  void lock() override;
  void unlock() override;
  /// False if the loop stays inside for longer than `limit`.
  bool try_lock_for(std::chrono::seconds limit);
  void enter() override;
  void leave() override;
  bool is_inside() const override;
  bool post(Loop::Task task) override;
  bool post_urgent(Loop::Task task) override;

  /// This thread is somewhere below a call of user code.
  bool is_below_user_code() const;
  /// Loop: runs what was posted.
  void run_posted();
  /// Whoever holds the lock: what waits is dropped, and nothing is taken any more. The loop is not
  /// touched again.
  void close();

 private:
  bool is_mine() const;
  /// mutex_ has been locked.
  void hold();
  void take();
  /// Whoever waits for the loop to go out is to come in.
  void let_others_in() const;

  std::timed_mutex mutex_;
  std::atomic<std::thread::id> holder_{};
  std::size_t holds_ = 0;                  // of the holder; guarded by mutex_
  std::atomic<std::size_t> others_ = 0;    // that wait
  std::atomic<std::size_t> admitted_ = 0;  // others so far
  std::size_t depth_ = 0;                  // of enter()
  std::atomic<std::thread::id> inside_{};
  std::deque<Loop::Task> batch_;  // being run; guarded by mutex_

  std::mutex queue_mutex_;
  std::deque<Loop::Task> queue_;
  net::AsioLoop* loop_;
  std::atomic<std::size_t> waiting_ = 0;
  std::atomic<bool> closed_ = false;
};

}  // namespace socketio::client
