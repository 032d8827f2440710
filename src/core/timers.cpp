// SPDX-License-Identifier: MIT
#include "core/timers.hpp"

#include <atomic>
#include <stdexcept>
#include <utility>

namespace socketio {

namespace detail {

struct TimerState {
  explicit TimerState(std::weak_ptr<core::Timers> owner) : timers(std::move(owner)) {}
  const std::weak_ptr<core::Timers> timers;
  std::atomic<bool> cancelled = false;
};

void sleep(std::coroutine_handle<> sleeper, Detached::promise_type* outermost,
           std::chrono::nanoseconds delay) {
  const auto loop = outermost ? outermost->loop() : nullptr;
  if (!loop) throw std::logic_error("sleep_for(): no handler of a server or client waits for it");
  using Outermost = std::coroutine_handle<Detached::promise_type>;
  loop->sleep(delay, sleeper, Outermost::from_promise(*outermost));
}

}  // namespace detail

void Timer::cancel() const noexcept {
  if (!state_ || state_->cancelled.exchange(true)) return;
  if (const auto timers = state_->timers.lock()) timers->forget(state_);
}

namespace core {

/// A timer that is armed. end() removes its callback, possibly on another thread; the deadline itself
/// belongs to the loop.
class Timers::Entry final : public Deadline {
 public:
  Entry(Timers& timers, std::shared_ptr<detail::TimerState> state, Duration period,
        std::shared_ptr<const Callback> what)
      : callback(std::move(what)), timers_(timers), state_(std::move(state)), period_(period) {}

  void arm(Duration delay) {
    Loop& loop = timers_.user_loop_->loop();
    loop.timers().arm(*this, delay);
    due_ = loop.now() + delay;
  }
  /// Arms it for the next multiple of the period that has not passed.
  void arm_again() {
    Loop& loop = timers_.user_loop_->loop();
    const Duration late = loop.now() - due_;
    due_ += (late / period_ + 1) * period_;
    loop.timers().arm(*this, due_ - loop.now());
  }
  const detail::TimerState& state() const { return *state_; }
  bool is_periodic() const { return period_ != Duration::zero(); }

  std::shared_ptr<const Callback> callback;  // null after end()

 private:
  void expired() noexcept override {
    timers_.user_loop_->enter([this] { timers_.fire(*this); });
  }

  Timers& timers_;
  const std::shared_ptr<detail::TimerState> state_;
  const Duration period_;
  TimePoint due_;
};

/// A coroutine that is resumed, or destroyed together with all that await it.
class Timers::Sleeper {
 public:
  Sleeper(std::coroutine_handle<> sleeper, std::coroutine_handle<> outermost)
      : sleeper_(sleeper), outermost_(outermost) {}
  ~Sleeper() {
    if (outermost_) outermost_.destroy();
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  void resume() {
    keep();
    sleeper_.resume();
  }
  /// Does neither from now on: the coroutine continues by itself.
  void keep() { outermost_ = nullptr; }

 private:
  std::coroutine_handle<> sleeper_;
  std::coroutine_handle<> outermost_;
};

Timers::Timers(std::unique_ptr<UserLoop> user_loop) : user_loop_(std::move(user_loop)) {}
Timers::~Timers() = default;

template <class Work>
void Timers::on_loop(Work work) {
  if (user_loop_->is_here()) return work(*this);
  user_loop_->post([weak = weak_from_this(), work = std::move(work)]() mutable {
    if (const auto self = weak.lock()) work(*self);
  });
}

Timer Timers::start(std::chrono::nanoseconds delay, std::chrono::nanoseconds period,
                    Callback callback) {
  const auto state = std::make_shared<detail::TimerState>(weak_from_this());
  on_loop([state, delay, period, callback = std::move(callback)](Timers& self) mutable {
    self.add(state, delay, period, std::move(callback));
  });
  return Timer(state);
}

void Timers::add(const std::shared_ptr<detail::TimerState>& timer, std::chrono::nanoseconds delay,
                 std::chrono::nanoseconds period, Callback callback) {
  if (ended_ || timer->cancelled) return;
  auto entry = std::make_unique<Entry>(*this, timer, period,
                                       std::make_shared<const Callback>(std::move(callback)));
  Entry& added = *entry;
  entries_.emplace(timer.get(), std::move(entry));
  added.arm(delay);
}

void Timers::post(Callback callback) {
  user_loop_->post([weak = weak_from_this(), callback = std::move(callback)] {
    if (const auto self = weak.lock()) self->call("post", callback);
  });
}

void Timers::sleep(std::chrono::nanoseconds delay, std::coroutine_handle<> sleeper,
                   std::coroutine_handle<> outermost) {
  const auto shared = std::make_shared<Sleeper>(sleeper, outermost);
  try {
    start(delay, {}, [shared] { shared->resume(); });
  } catch (...) {
    shared->keep();  // the exception resumes it
    throw;
  }
}

void Timers::run(Loop::Task task) {
  on_loop([task = std::move(task)](Timers& self) {
    if (!self.ended_) task();
  });
}

void Timers::report(const char* what, const std::exception_ptr& thrown) noexcept {
  try {
    on_loop([what, thrown](Timers& self) {
      if (!self.ended_) self.user_loop_->report(what, thrown);
    });
  } catch (...) {
    return;  // no memory to notify anybody
  }
}

void Timers::forget(const std::shared_ptr<detail::TimerState>& timer) noexcept {
  try {
    on_loop([timer](Timers& self) {
      if (!self.ended_) const auto forgotten = self.entries_.extract(timer.get());
    });
  } catch (...) {
    return;  // no memory to do it now: it is released when it is due
  }
}

void Timers::fire(Entry& entry) {
  const auto kept = shared_from_this();
  const auto callback = entry.callback;
  if (!callback) return;
  const bool is_cancelled = entry.state().cancelled;
  if (entry.is_periodic() && !is_cancelled) {
    entry.arm_again();
  } else {
    entries_.erase(&entry.state());
  }
  if (!is_cancelled) call("timer", *callback);
}

void Timers::call(const char* what, const Callback& callback) noexcept {
  if (ended_) return;
  try {
    callback();
  } catch (...) {
    report(what, std::current_exception());
  }
}

void Timers::cancel_all() {
  if (ended_) return;  // end() may be walking them
  const auto cancelled = std::exchange(entries_, {});
}

void Timers::end() {
  // First, because destroying what callbacks have captured may cancel or start timers.
  ended_ = true;
  for (const auto& [state, entry] : entries_) entry->callback = nullptr;
}

void Timers::drop() {
  end();
  entries_.clear();
  user_loop_->end();
}

}  // namespace core
}  // namespace socketio
