// SPDX-License-Identifier: MIT
// Which code an allocation may fail in (support/failing_allocations.hpp): everything that a marked
// thread runs, except what only simulates the world around it.
#pragma once

#include <utility>

namespace socketio::support {

/// Set by the thread under test. Allocations of all other threads succeed.
inline thread_local bool is_under_test = false;

/// While it lives, this thread is not under test.
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
