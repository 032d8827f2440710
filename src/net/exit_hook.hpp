// SPDX-License-Identifier: MIT
// ExitHook: ends its owner when the process exits, before the static objects of OpenSSL and other
// libraries are destroyed. Threads still run then. The owner may itself be a static object, or one
// that is never destroyed.
//
// Life cycle: created after the libraries that its owner uses have been initialised (it initialises
// OpenSSL itself) -> called once by exit(), unless it is destroyed before. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace socketio::net {

class ExitHook {
 public:
  /// How long exit() waits for a running handler.
  static constexpr std::chrono::seconds wait_limit{3};

  /// `end` is called on the thread that exits, possibly inside a handler, and its owner may be gone
  /// by then. It is not called in a forked process, which does not have the threads.
  explicit ExitHook(std::function<void()> end);
  ~ExitHook();
  ExitHook(const ExitHook&) = delete;
  ExitHook& operator=(const ExitHook&) = delete;

  /// For functions that return because a hook has ended what they waited for. If they returned to
  /// the end of main(), it would call exit() a second time.
  static void hold_main_thread();

 private:
  std::uint64_t number_ = 0;
};

}  // namespace socketio::net
