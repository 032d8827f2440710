// SPDX-License-Identifier: MIT
// refused: does not run coroutines
#include <socketio/pending.hpp>
#include <socketio/task.hpp>

void compile(socketio::Pending<int>& pending) {
  pending.then([](int) -> socketio::Task<> { co_return; });
}
