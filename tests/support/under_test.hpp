// SPDX-License-Identifier: MIT
// Which code an allocation may fail in (support/failing_allocations.hpp): what runs on a marked
// thread, but for what only plays the world around it.
#pragma once

#include <utility>

namespace socketio::support {

/// Set by the thread under test; allocations of all others succeed.
inline thread_local bool is_under_test = false;

/// As long as it lives, this thread is not under test.
class NotUnderTest {
 public:
  NotUnderTest() = default;
  ~NotUnderTest() { is_under_test = before_; }
  NotUnderTest(const NotUnderTest&) = delete;
  NotUnderTest& operator=(const NotUnderTest&) = delete;

 private:
  const bool before_ = std::exchange(is_under_test, false);
};

}  // namespace socketio::support
