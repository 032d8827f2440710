// SPDX-License-Identifier: MIT
// refused: sleep_for\(\) can be awaited in coroutines that return a Task only
#include <socketio/timer.hpp>

#include <chrono>
#include <coroutine>

struct Foreign {
  struct promise_type {
    Foreign get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

Foreign compile() { co_await socketio::sleep_for(std::chrono::seconds(1)); }
