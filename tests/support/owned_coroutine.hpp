// SPDX-License-Identifier: MIT
// OwnedCoroutine: a foreign coroutine type whose coroutine may be destroyed while it waits. The
// holder destroys the handle.
#pragma once

#include <coroutine>

namespace socketio::support {

struct OwnedCoroutine {
  struct promise_type {
    OwnedCoroutine get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
};

}  // namespace socketio::support
