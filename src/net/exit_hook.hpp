// SPDX-License-Identifier: MIT
// ExitHook: ends its owner when the process exits, before the static objects of OpenSSL and other
// libraries are destroyed. Threads still run then, and the owner may be a static object itself, or
// one that is never destroyed.
//
// Life cycle: made after the libraries that its owner uses have been initialised (it initialises
// OpenSSL itself) -> called once by exit(), unless it is destroyed before. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace socketio::net {

class ExitHook {
 public:
  /// How long exit() waits for a handler that is running.
  static constexpr std::chrono::seconds wait_limit{3};

  /// `end` is called on the thread that exits, which may be in a handler; its owner may be gone by
  /// then. Not called in a process that was forked off: the threads are not there.
  explicit ExitHook(std::function<void()> end);
  ~ExitHook();
  ExitHook(const ExitHook&) = delete;
  ExitHook& operator=(const ExitHook&) = delete;

  /// For functions that return because a hook has ended what they waited for: if they went on to
  /// the end of main(), that would be a second exit().
  static void hold_main_thread();

 private:
  std::uint64_t number_ = 0;
};

}  // namespace socketio::net
