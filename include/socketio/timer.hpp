// SPDX-License-Identifier: MIT
// Timers on a server's or a client's loop: every(), after() and post() of Server and Client, and
// sleep_for() in coroutines.
//
//   socketio::Timer ticks = io.every(1s, [&] { io.emit("tick"); });
//   io.after(10s, [ticks] { ticks.cancel(); });
//   io.post([&] { io.emit("news"); });                   // from a thread of your own
//   io.on("later", []() -> socketio::Task<> { co_await socketio::sleep_for(100ms); });
//
// Callbacks run on the loop, one after another with all other handlers, and may be coroutines; what
// they throw reaches the error hook as "timer" or "post". A server's close() and a client's stop()
// cancel every timer and destroy the coroutines that sleep. Neither keeps run() from returning.
#pragma once

#include <socketio/hook.hpp>
#include <socketio/task.hpp>

#include <chrono>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <ratio>
#include <stdexcept>
#include <utility>

namespace socketio {

namespace detail {

struct TimerState;

}  // namespace detail

/// The return type of every() and after(). A handle: copies refer to the same timer, and dropping
/// them all does not cancel it. It may outlive its server or client.
class Timer {
 public:
  /// Refers to no timer.
  Timer() = default;
  explicit Timer(std::shared_ptr<detail::TimerState> state) : state_(std::move(state)) {}

  /// After this no call begins; one that is running on another thread continues. The callback is
  /// destroyed on the loop. Any thread. A second call has no effect.
  void cancel() const noexcept;

 private:
  std::shared_ptr<detail::TimerState> state_;
};

namespace detail {

/// A loop with timers; core/timers.hpp.
class TimerLoop : public TaskLoop {
 public:
  using Callback = std::function<void()>;

  /// Calls it after `delay`, and then once for each `period` if that is not zero. Any thread.
  virtual Timer start(std::chrono::nanoseconds delay, std::chrono::nanoseconds period,
                      Callback callback) = 0;
  virtual void post(Callback callback) = 0;
  /// Notifies the error hook, on the loop. Any thread.
  virtual void report(const char* what, const std::exception_ptr& thrown) noexcept = 0;
};

/// The loop of coroutines that no socket calls: timers, posts, and hooks of the server itself.
struct TimerReport {
  std::weak_ptr<TimerLoop> timers;
  const char* what;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const Told&...) const {
    if (const auto kept = timers.lock()) kept->report(what, thrown);
  }
  template <class... Told>
  std::shared_ptr<TaskLoop> loop(const Told&...) const {
    return timers.lock();
  }
};

/// In nanoseconds, and not beyond what they can count: ten years are "never".
template <class Rep, class Period>
std::chrono::nanoseconds in_nanoseconds(std::chrono::duration<Rep, Period> duration) {
  using Seconds = std::chrono::duration<double>;
  constexpr std::chrono::hours never{24 * 365 * 10};
  if (!(std::chrono::duration_cast<Seconds>(duration) < Seconds(never))) return never;
  if (duration <= std::chrono::duration<Rep, Period>::zero()) return {};
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration);
}

/// What Server and Client share. Any thread. A delay counts from the call if that is on the loop, and
/// otherwise from when the loop gets it. After the end nothing is called, and callbacks are
/// destroyed.
class RunsLater {
 public:
  /// Calls `callback` once for each `period`, first after one of them. Delays do not add up: calls
  /// stay at multiples of the period, and those that a busy loop has missed are left out. A
  /// coroutine that takes longer than a period overlaps with the next. Throws std::invalid_argument
  /// for a period that is not positive. It is precise to a millisecond, if the loop is free.
  template <class Rep, class Period, class F>
  Timer every(std::chrono::duration<Rep, Period> period, F callback) {
    const auto delay = in_nanoseconds(period);
    if (delay.count() == 0) throw std::invalid_argument("every(): the period has to be positive");
    return timers_->start(delay, delay, hook("timer", std::move(callback)));
  }
  /// Calls `callback` once, after `delay`; of zero or less: in one of the next turns.
  template <class Rep, class Period, class F>
  Timer after(std::chrono::duration<Rep, Period> delay, F callback) {
    return timers_->start(in_nanoseconds(delay), {}, hook("timer", std::move(callback)));
  }
  /// Calls `callback` soon, on the loop. Those of one thread keep their order.
  template <class F>
  void post(F callback) {
    timers_->post(hook("post", std::move(callback)));
  }

 protected:
  explicit RunsLater(std::shared_ptr<TimerLoop> timers) : timers_(std::move(timers)) {}
  ~RunsLater() = default;
  TimerReport report_as(const char* what) const { return {timers_, what}; }

 private:
  template <class F>
  TimerLoop::Callback hook(const char* what, F callback) {
    return make_hook<TimerLoop::Callback>(std::move(callback), report_as(what));
  }

  const std::shared_ptr<TimerLoop> timers_;
};

/// `outermost` may be null, which throws. May destroy the awaiter that calls it.
void sleep(std::coroutine_handle<> sleeper, Detached::promise_type* outermost,
           std::chrono::nanoseconds delay);

class Sleep {
 public:
  explicit Sleep(std::chrono::nanoseconds delay) : delay_(delay) {}
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> sleeper) const {
    static_assert(
        requires { sleeper.promise().outermost(); },
        "socketio: sleep_for() can be awaited in coroutines that return a Task only");
    sleep(sleeper, sleeper.promise().outermost(), delay_);
  }
  void await_resume() const noexcept {}

 private:
  std::chrono::nanoseconds delay_;
};

}  // namespace detail

/// `co_await sleep_for(100ms)` continues on the loop of the server or client when the time has
/// passed; zero or less means one of the next turns. It works in a Task that a handler of any kind
/// returned, and in those that such a Task awaits; in any other Task it throws std::logic_error. If
/// the loop ends first, the coroutine does not continue: it and those that await it are destroyed,
/// as if by an exception that nobody catches and nothing reports.
template <class Rep, class Period>
detail::Sleep sleep_for(std::chrono::duration<Rep, Period> duration) {
  return detail::Sleep(detail::in_nanoseconds(duration));
}

}  // namespace socketio
