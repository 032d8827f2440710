// SPDX-License-Identifier: MIT
// Pending<R>: the result of something that completes later (emit_with_ack, fetch_sockets). The work
// has begun already; take the result in one of three ways:
//
//   pending.then([](R result) { … });      // on the loop of the socket that was asked
//   R result = pending.future().get();     // from a thread that is not a loop
//   R result = co_await pending;           // in a coroutine; goes on on that loop
//
// Whatever thread asks, and whether it has completed already or not, then() calls back and co_await
// goes on on that loop: at once on the loop itself, else in one of its next turns. What they throw
// there reaches the error hook. Only if there is no loop, as its server or client has ended or the
// handle was one to nothing, do they run on the thread that completes it or asks for it.
//
// It always completes, once: with values, or with an error that says why not. Dropping it drops the
// result only. Thread-safe.
#pragma once

#include <socketio/reply.hpp>
#include <socketio/task.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace socketio {

namespace detail {

/// The loop on which a Pending completes.
class CompletionLoop {
 public:
  virtual ~CompletionLoop() = default;
  /// This thread may run the loop's user code at once.
  virtual bool is_here() const = 0;
  virtual void post(std::function<void()> task) = 0;
  /// Tells the error hook what a callback has thrown.
  virtual void report(const std::exception_ptr& thrown) = 0;
};

}  // namespace detail

template <class R>
class [[nodiscard]] Pending {
 public:
  Pending() : Pending(nullptr) {}
  /// For the library: what completes on `loop`; null: on any thread.
  explicit Pending(std::shared_ptr<detail::CompletionLoop> loop)
      : state_(std::make_shared<State>(std::move(loop))) {}

  /// Calls `callback(R)`, or `callback()`, once, on the loop. The last callback counts.
  template <class Callback>
  void then(Callback callback) {
    if constexpr (std::is_invocable_v<Callback&> && !std::is_invocable_v<Callback&, R>) {
      then([callback = std::move(callback)](const R&) mutable { return callback(); });
    } else {
      static_assert(!detail::is_task<std::invoke_result_t<Callback&, R>>,
                    "socketio: then() does not run coroutines: co_await the Pending in one");
      call_on_loop(state_, std::move(callback));
    }
  }

  std::future<R> future() {
    auto promise = std::make_shared<std::promise<R>>();
    auto result = promise->get_future();
    // On whatever thread: the loop may have ended, and somebody waits.
    if (state_->set_callback([promise](R value) { promise->set_value(std::move(value)); })) {
      state_->call_back();
    }
    return result;
  }

  auto operator co_await() {
    struct Awaiter {
      std::shared_ptr<State> state;
      std::optional<R> result{};
      bool suspended = false;

      explicit Awaiter(std::shared_ptr<State> awaited) : state(std::move(awaited)) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() {
        if (suspended && !result)
          state->drop_callback();  // the coroutine is destroyed while it waits
      }
      bool await_ready() { return state->is_here() && state->take(result); }
      void await_suspend(std::coroutine_handle<> handle) {
        suspended = true;
        // The callback may run, and destroy this awaiter, before this returns.
        const auto kept = state;
        call_on_loop(kept, [this, handle](R value) {
          result = std::move(value);
          handle.resume();
        });
      }
      R await_resume() { return std::move(*result); }
    };
    return Awaiter(state_);
  }

  /// For the library: completes it. Only the first call counts.
  void complete(R result) const { state_->complete(std::move(result)); }

 private:
  struct State {
    explicit State(std::shared_ptr<detail::CompletionLoop> completion_loop)
        : loop(std::move(completion_loop)) {}

    bool is_here() const { return !loop || loop->is_here(); }
    /// True if there is something to call it with.
    bool set_callback(std::function<void(R)> wanted) {
      const std::lock_guard lock(mutex);
      callback = std::move(wanted);
      return value.has_value();
    }
    void drop_callback() {
      const std::lock_guard lock(mutex);
      callback = nullptr;
    }
    bool take(std::optional<R>& out) {
      const std::lock_guard lock(mutex);
      if (!value) return false;
      out = std::move(value);
      return true;
    }
    void complete(R result) {
      {
        const std::lock_guard lock(mutex);
        if (value) return;
        value = std::move(result);
      }
      call_back();
    }
    void call_back() {
      std::unique_lock lock(mutex);
      if (!callback) return;
      R result = std::move(*value);
      const auto wanted = std::exchange(callback, nullptr);
      lock.unlock();
      if (!loop) return wanted(std::move(result));
      try {
        wanted(std::move(result));
      } catch (...) {
        loop->report(std::current_exception());
      }
    }

    const std::shared_ptr<detail::CompletionLoop> loop;
    std::mutex mutex;
    std::optional<R> value;
    std::function<void(R)> callback;
  };

  static void call_on_loop(const std::shared_ptr<State>& state, std::function<void(R)> callback) {
    if (!state->set_callback(std::move(callback))) return;
    state->is_here() ? state->call_back() : state->loop->post([state] { state->call_back(); });
  }

  std::shared_ptr<State> state_;
};

}  // namespace socketio
