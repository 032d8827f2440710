// SPDX-License-Identifier: MIT
// ExitHook: has something ended when the process exits, before what it uses of OpenSSL and of other
// libraries is destroyed, which happens while threads still run: their objects have static
// lifetime, and ours may live as long or never be destroyed.
//
// Life cycle: made when what its owner uses has been initialised (that of OpenSSL, it sees to by
// itself) -> called once by exit(), unless it has been destroyed. Any thread.
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
