// SPDX-License-Identifier: MIT
// ThreadGate: the gate of a client on Asio. It consists of a recursive mutex and of the tasks that
// wait for the loop. The loop locks and unlocks the mutex all the time, so it lets other threads
// that wait go first. After close() nothing is left that could run later.
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

  /// Whether this thread is inside a call of user code, directly or not.
  bool is_below_user_code() const;
  /// Loop's thread: runs what was posted.
  void run_posted();
  /// The caller holds the lock. Drops the waiting tasks and accepts no more. The loop is not
  /// used any more.
  void close();

 private:
  bool is_mine() const;
  /// Called after mutex_ has been locked.
  void hold();
  void take();
  /// If threads are waiting for the loop to leave, lets them enter.
  void let_others_in() const;

  std::timed_mutex mutex_;
  std::atomic<std::thread::id> holder_{};
  // How often its holder has locked it; guarded by mutex_.
  std::size_t holds_ = 0;
  // The number of threads that wait.
  std::atomic<std::size_t> others_ = 0;
  // The number of threads that have entered so far.
  std::atomic<std::size_t> admitted_ = 0;
  // The depth of nested calls to enter().
  std::size_t depth_ = 0;
  std::atomic<std::thread::id> inside_{};
  // The tasks that are running; guarded by mutex_.
  std::deque<Loop::Task> batch_;

  std::mutex queue_mutex_;
  std::deque<Loop::Task> queue_;
  net::AsioLoop* loop_;
  std::atomic<std::size_t> waiting_ = 0;
  std::atomic<bool> closed_ = false;
};

}  // namespace socketio::client
