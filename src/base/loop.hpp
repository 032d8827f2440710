// SPDX-License-Identifier: MIT
// Loop: what protocol code may know of the event loop that it lives on. Time, entropy and the end
// of a turn come from here, so that the same code runs on Asio (net/asio_loop.hpp) and under
// virtual time in a simulation.
//
// A turn is one round of the loop: handle all that is ready, run what was deferred, then flush
// every stream that was written to, once. Everything belongs to the loop's own thread but post(),
// try_post(), has_run_posted(), hurry(), is_current() and check_thread().
//
// An exception from a task, a deadline or a stream does not leave the turn: it is reported, and the
// turn goes on with the next one.
#pragma once

#include "base/entropy.hpp"
#include "base/stream.hpp"
#include "base/timing_wheel.hpp"

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio {

class Loop {
 public:
  using Task = std::function<void()>;

  Loop(TimePoint start, Entropy& entropy) : timers_(start), entropy_(entropy) {}
  virtual ~Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Begins a turn if there is none: the clock must be right when a timer is armed.
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
  /// Keeps an object until what is deferred in this turn has run, because the caller may be inside it.
  void keep(std::shared_ptr<const void> object);
  /// For streams of this loop: calls their finish_turn() at the end of this turn, if they still
  /// exist then. Cannot fail.
  void schedule_flush(Stream& stream);
  void forget(Stream& stream);

  /// Gives an empty buffer the memory of an earlier use, if there is one. Return it with give_back().
  void take_buffer(std::string& buffer) {
    if (spare_buffers_.empty()) return;
    buffer.swap(spare_buffers_.back());
    spare_buffers_.pop_back();
  }
  void give_back(std::string buffer);

  /// Called for exceptions that ended a connection, while they are being handled.
  void set_exception_hook(Task hook) { exception_hook_ = std::move(hook); }
  /// Calls the hook for the exception that is being handled.
  void report_exception() noexcept;

  /// Runs `task` on this loop; from any thread. Tasks of one thread keep their order.
  virtual void post(Task task) = 0;
  /// The same for an event that takes so many bytes until then. False, and the task is destroyed, if
  /// the loop has no room for them.
  virtual bool try_post(Task task, std::size_t bytes) {
    static_cast<void>(bytes);
    post(std::move(task));
    return true;
  }
  /// Everything that has been posted before has run; false also where nobody knows. Any thread.
  virtual bool has_run_posted() const { return false; }
  /// Makes what was posted run before the next packet, even if that has been read already. For
  /// what ends something. Any thread.
  void hurry() { hurried_.store(true, std::memory_order_release); }
  /// Called between two packets of one read; runs what hurry() asked for.
  void catch_up() {
    if (hurried_.load(std::memory_order_relaxed) && hurried_.exchange(false)) run_posted();
  }
  /// True on the loop's own thread.
  virtual bool is_current() const = 0;
  /// Called where something is changed that belongs to one loop only: a debug build ends if another
  /// thread does that while the loop runs.
  void check_thread() const { assert(may_use() && "it belongs to the thread of another loop"); }

 protected:
  /// The calling thread may use what belongs to the loop.
  virtual bool may_use() const { return is_current(); }
  /// Runs a task; what it throws is reported.
  void run(const Task& task) noexcept;
  /// Runs deferred tasks and flushes until nothing is left.
  void finish_turn() noexcept;
  /// Schedules finish_turn() for when all that is ready now has been handled. Does not throw.
  virtual void request_finish_turn() = 0;
  /// Overridden by loops on which other code runs, too.
  virtual void begin_turn() {}
  /// Overridden by loops that other threads post to.
  virtual void run_posted() {}

  TimingWheel timers_;

 private:
  Entropy& entropy_;
  std::vector<Task> deferred_;
  std::vector<std::shared_ptr<const void>> kept_;
  // Empty, with memory that the two have had.
  std::vector<Task> spare_tasks_;
  std::vector<std::shared_ptr<const void>> spare_kept_;
  FlushList dirty_;
  FlushList flushing_;
  Stream* flushed_ = nullptr;  // in its finish_turn(), and still there
  std::vector<std::string> spare_buffers_;
  Task exception_hook_;
  std::atomic<bool> hurried_ = false;
};

}  // namespace socketio
