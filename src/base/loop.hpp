// SPDX-License-Identifier: MIT
// Loop: what protocol code may know of the event loop that it lives on. Time, entropy and the end
// of a turn come from here, so that the same code runs on Asio (net/asio_loop.hpp) and under
// virtual time in a simulation.
//
// A turn is one round of the loop: handle all that is ready, run what was deferred, then flush
// every stream that was written to, once. Everything but post() and is_current() belongs to the
// loop's own thread.
//
// Nothing that a task, a deadline or a stream throws leaves the turn: it is reported, and the turn
// goes on with what comes next.
#pragma once

#include "base/entropy.hpp"
#include "base/stream.hpp"
#include "base/timing_wheel.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace socketio {

class Loop {
 public:
  using Task = std::function<void()>;

  Loop(TimePoint start, Entropy& entropy) : timers_(start), entropy_(entropy) {}
  virtual ~Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Outside of a turn this begins one: the clock has to be right when a timer is armed.
  TimingWheel& timers() {
    begin_turn();
    return timers_;
  }
  TimePoint now() const { return timers_.now(); }
  Entropy& entropy() { return entropy_; }
  /// Milliseconds since 1970, for what users see; never for deadlines.
  virtual std::int64_t wall_clock_ms() const = 0;

  /// Runs `task` later in this turn, after the code that is running now.
  void defer(Task task);
  /// Loop's streams only: finish_turn() at the end of this turn, unless it dies before.
  /// Cannot fail.
  void schedule_flush(Stream& stream);
  void forget(Stream& stream);

  /// An empty buffer that has room already, if one is spare; give_back() what is not
  /// needed any more.
  std::string take_buffer() {
    if (spare_buffers_.empty()) return {};
    std::string buffer = std::move(spare_buffers_.back());
    spare_buffers_.pop_back();
    return buffer;
  }
  void give_back(std::string buffer);

  /// Gets exceptions that ended a connection; called while one is being handled.
  void set_exception_hook(Task hook) { exception_hook_ = std::move(hook); }
  /// Tells the hook of the exception that is being handled.
  void report_exception() noexcept;

  /// Runs `task` on this loop; from any thread. Tasks of one thread keep their order.
  virtual void post(Task task) = 0;
  /// What was posted runs before the next packet that has been read already, not behind them all:
  /// for who ends something. Any thread.
  void hurry() { hurried_.store(true, std::memory_order_release); }
  /// For who handles several packets in one go, between two of them.
  void catch_up() {
    if (hurried_.load(std::memory_order_relaxed) && hurried_.exchange(false)) run_posted();
  }
  /// True on the loop's own thread.
  virtual bool is_current() const = 0;

 protected:
  /// Runs a task; what it throws is reported.
  void run(const Task& task) noexcept;
  /// Runs deferred tasks and flushes until nothing is left.
  void finish_turn() noexcept;
  /// Has finish_turn() called once what is ready now has been handled. Does not throw.
  virtual void request_finish_turn() = 0;
  /// Only a loop that others' code runs on too has something to do here.
  virtual void begin_turn() {}
  /// Only a loop that other threads post to has something to do here.
  virtual void run_posted() {}

  TimingWheel timers_;

 private:
  Entropy& entropy_;
  std::vector<Task> deferred_;
  FlushList dirty_;
  FlushList flushing_;
  Stream* flushed_ = nullptr;  // in its finish_turn(), and still there
  std::vector<std::string> spare_buffers_;
  Task exception_hook_;
  std::atomic<bool> hurried_ = false;
};

}  // namespace socketio
