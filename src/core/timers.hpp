// SPDX-License-Identifier: MIT
// Timers: what the user of a server or a client has waiting on its loop: callbacks of timers, those
// that were posted, coroutines that sleep.
//
// Invariant: nothing of it is called once end() has been called; what waits, and what comes later,
// is destroyed then.
//
// Life cycle: made with the loop -> end() -> drop(), before the loop goes; handles may keep it for
// longer. Any thread, but for what says otherwise.
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

/// How a server or a client gets at its loop and calls its user's code there: "inside" is where
/// that may be called.
class UserLoop {
 public:
  virtual ~UserLoop() = default;

  // --- Any thread ---

  /// This thread is inside.
  virtual bool is_here() const = 0;
  /// Runs `task` inside. Once the loop has ended it is destroyed instead.
  virtual void post(Loop::Task task) = 0;

  // --- Loop ---

  virtual Loop& loop() = 0;
  /// Runs `work` inside. Does not throw, unless `work` does.
  virtual void enter(const std::function<void()>& work) = 0;
  /// Notifies the error hook. Inside.
  virtual void report(const char* what, const std::exception_ptr& thrown) noexcept = 0;
  /// Nobody gets at the loop any more.
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
  /// Runs `task` on the loop: at once there, else soon. After the end it is destroyed.
  void run(Loop::Task task);
  /// The loop forgets the timer, now or soon.
  void forget(const std::shared_ptr<detail::TimerState>& timer) noexcept;

  /// Loop, inside: all that waits is cancelled.
  void cancel_all();
  /// Inside, on any thread: the same for good. Touches nothing of the loop's.
  void end();
  /// Loop, inside or when nothing is any more: end(), and lets go of what lives on the loop.
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
