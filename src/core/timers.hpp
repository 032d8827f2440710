// SPDX-License-Identifier: MIT
// Timers: user code that waits for the loop of a server or a client: callbacks of timers, posted
// callbacks, sleeping coroutines.
//
// Invariant: after end() none of it is called. What was waiting then, and what is added later, is
// destroyed.
//
// Life cycle: made with the loop -> end() -> drop(), before the loop is destroyed. Handles may keep
// it for longer. Any thread, except where noted.
#pragma once

#include "base/loop.hpp"

#include <socketio/timer.hpp>

#include <chrono>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <unordered_map>

namespace socketio::core {

/// How a server or a client reaches its loop and calls user code there. User code may be called
/// only "inside".
class UserLoop {
 public:
  virtual ~UserLoop() = default;

  // --- Any thread ---

  /// Whether this thread is inside.
  virtual bool is_here() const = 0;
  /// Runs `task` inside. Once the loop has ended it is destroyed instead.
  virtual void post(Loop::Task task) = 0;

  // --- Loop ---

  virtual Loop& loop() = 0;
  /// Runs `work` inside. Does not throw, unless `work` does.
  virtual void enter(const std::function<void()>& work) = 0;
  /// Notifies the error hook. Inside.
  virtual void report(const char* what, const std::exception_ptr& thrown) noexcept = 0;
  /// The loop cannot be reached after this.
  virtual void end() noexcept = 0;
};

class Timers final : public detail::TimerLoop, public std::enable_shared_from_this<Timers> {
 public:
  explicit Timers(std::unique_ptr<UserLoop> user_loop);
  ~Timers() override;

  Timer start(std::chrono::nanoseconds delay, std::chrono::nanoseconds period,
              Callback callback) override;
  void post(Callback callback) override;
  void sleep(std::chrono::nanoseconds delay, std::coroutine_handle<> sleeper,
             std::coroutine_handle<> outermost) override;
  void report(const char* what, const std::exception_ptr& thrown) noexcept override;
  /// Runs `task` on the loop: at once if called there, otherwise soon. After the end it is destroyed.
  void run(Loop::Task task);
  /// Releases the timer, now or soon.
  void forget(const std::shared_ptr<detail::TimerState>& timer) noexcept;

  /// Cancels everything that is waiting. Loop, inside.
  void cancel_all();
  /// The same, for good. Inside, on any thread, because it does not touch the loop.
  void end();
  /// end(), and releases what belongs to the loop. Loop, inside, or when nothing runs on it any more.
  void drop();

 private:
  class Entry;
  class Sleeper;

  void add(const std::shared_ptr<detail::TimerState>& timer, std::chrono::nanoseconds delay,
           std::chrono::nanoseconds period, Callback callback);
  void fire(Entry& entry);
  void call(const char* what, const Callback& callback) noexcept;
  template <class Work>
  void on_loop(Work work);

  const std::unique_ptr<UserLoop> user_loop_;
  // Inside; each by the state that its handles share.
  std::unordered_map<const detail::TimerState*, std::unique_ptr<Entry>> entries_;
  bool ended_ = false;  // inside
};

}  // namespace socketio::core
