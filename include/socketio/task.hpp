// SPDX-License-Identifier: MIT
// Task<T>: the return type of a coroutine handler. It is lazy: it runs when it is awaited, or when
// the library starts it.
//
//   socket.on("save", [](Order order) -> socketio::Task<bool> {
//     co_return co_await store(order);
//   });
//
// A handler's coroutine starts on the socket's loop, and continues wherever what it awaits resumes
// it: for a Pending and sleep_for() (timer.hpp) that is always the loop again. Its parameters live as
// long as it does and own their contents: a view of the packet does not compile. The handler and its
// captures are kept until it ends. What it throws reaches the error hook, on the loop.
#pragma once

#include <chrono>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace socketio {

template <class T = void>
class [[nodiscard]] Task;

namespace detail {

template <class T>
constexpr bool is_task = false;
template <class T>
constexpr bool is_task<Task<T>> = true;

/// The loop that coroutines belong to.
class TaskLoop {
 public:
  virtual ~TaskLoop() = default;
  /// Resumes `sleeper` on the loop after `delay`. If the loop ends before that, `outermost`, which
  /// waits for it, is destroyed instead. Any thread.
  virtual void sleep(std::chrono::nanoseconds delay, std::coroutine_handle<> sleeper,
                     std::coroutine_handle<> outermost) = 0;
};

/// A coroutine that nobody awaits: it destroys itself when it ends. One whose first parameter is a
/// loop belongs to that, and with it every Task that it awaits.
struct Detached {
  class promise_type {
   public:
    promise_type() = default;
    template <class... Parameters>
    explicit promise_type(const std::shared_ptr<TaskLoop>& loop, const Parameters&...)
        : loop_(loop) {}

    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }  // its body catches everything

    promise_type* outermost() noexcept { return this; }
    const std::shared_ptr<TaskLoop>& loop() const noexcept { return loop_; }

   private:
    std::shared_ptr<TaskLoop> loop_;
  };
};

class TaskPromiseBase {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) noexcept {
      return handle.promise().continuation_ ? handle.promise().continuation_
                                            : std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }

  template <class Promise>
  void set_continuation(std::coroutine_handle<Promise> continuation) noexcept {
    continuation_ = continuation;
    if constexpr (requires { continuation.promise().outermost(); }) {
      outermost_ = continuation.promise().outermost();
    }
  }
  /// Null if it is not the library that has started what waits for this.
  Detached::promise_type* outermost() const noexcept { return outermost_; }

  std::coroutine_handle<> continuation_;
  Detached::promise_type* outermost_ = nullptr;
  std::exception_ptr exception_;
};

template <class T>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<T> get_return_object();
  template <class U = T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T result() {
    if (exception_) std::rethrow_exception(exception_);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object();
  void return_void() noexcept {}
  void result() {
    if (exception_) std::rethrow_exception(exception_);
  }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using Value = T;
  using promise_type = detail::TaskPromise<T>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && noexcept { return Awaiter{handle_}; }

 private:
  friend class detail::TaskPromise<T>;
  struct Awaiter {
    std::coroutine_handle<promise_type> handle;
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> continuation) noexcept {
      handle.promise().set_continuation(continuation);
      return handle;
    }
    T await_resume() { return handle.promise().result(); }
  };
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise<T>>::from_promise(*this));
}

inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise<void>>::from_promise(*this));
}

}  // namespace detail
}  // namespace socketio
