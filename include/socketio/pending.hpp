// SPDX-License-Identifier: MIT
// Pending<R>: the result of something that completes later (emit_with_ack, fetch_sockets). The work
// has begun already; take the result in one of three ways:
//
//   pending.then([](R result) { … });      // where it completes: on the socket's loop
//   R result = pending.future().get();     // from a thread that is not a loop
//   R result = co_await pending;           // in a coroutine; resumes where it completes
//
// If it has completed already, then() calls back at once and co_await goes on at once, on the
// thread that they are on: from another thread than the loop's, either may happen.
//
// It always completes, once: with values, or with an error that says why not. Dropping it drops the
// result only. Thread-safe.
#pragma once

#include <socketio/task.hpp>

#include <coroutine>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

/// Why an acknowledgement or another answer is not there.
enum class Errc {
  timeout = 1,       ///< "operation has timed out"
  disconnected,      ///< The socket has been disconnected.
  not_connected,     ///< It was not connected when this began.
  too_many_pending,  ///< Limits::pending_acks
  bad_answer,        ///< The answer has another shape than the type that was asked for.
  dropped,           ///< The event was not sent: see EmitResult::dropped.
  other_protocol,    ///< The server speaks another version of the protocol.
  bad_packet,        ///< The server sent what is no packet of Socket.IO.
  closed,            ///< This server has been closed, and cannot be used again.
};

const std::error_category& error_category();
inline std::error_code make_error_code(Errc error) {
  return {static_cast<int>(error), error_category()};
}

/// One answer, or why there is none.
template <class T>
struct Reply {
  std::error_code error;
  T value{};  ///< Meaningful if there is no error.
  explicit operator bool() const { return !error; }
};

/// The answers of many; those that came stay readable when others are missing.
template <class T>
struct Replies {
  std::error_code error;  ///< Why some are missing, e.g. Errc::timeout.
  std::vector<T> values;
  std::size_t missing = 0;  ///< How many were asked and did not answer (properly).
  explicit operator bool() const { return !error; }
};

template <class R>
class [[nodiscard]] Pending {
 public:
  Pending() : state_(std::make_shared<State>()) {}

  /// Calls `callback(R)` once: on this thread and at once if the result is there already, else
  /// where it completes. The last callback counts.
  template <class Callback>
  void then(Callback&& callback) {
    static_assert(!detail::is_task<std::invoke_result_t<Callback&, R>>,
                  "socketio: then() does not run coroutines: co_await the Pending in one");
    state_->set_callback(std::forward<Callback>(callback));
  }

  std::future<R> future() {
    auto promise = std::make_shared<std::promise<R>>();
    auto result = promise->get_future();
    then([promise](R value) { promise->set_value(std::move(value)); });
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
      bool await_ready() { return state->take(result); }
      void await_suspend(std::coroutine_handle<> handle) {
        suspended = true;
        // The callback may run, and destroy this awaiter, before set_callback returns.
        const auto kept = state;
        kept->set_callback([this, handle](R value) {
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
    void set_callback(std::function<void(R)> wanted) {
      std::unique_lock lock(mutex);
      if (!value) {
        callback = std::move(wanted);
        return;
      }
      R result = std::move(*value);
      lock.unlock();
      wanted(std::move(result));
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
      std::unique_lock lock(mutex);
      if (done) return;
      done = true;
      if (!callback) {
        value = std::move(result);
        return;
      }
      const auto wanted = std::exchange(callback, nullptr);
      lock.unlock();
      wanted(std::move(result));
    }
    std::mutex mutex;
    std::optional<R> value;
    std::function<void(R)> callback;
    bool done = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace socketio

template <>
struct std::is_error_code_enum<socketio::Errc> : std::true_type {};
