// SPDX-License-Identifier: MIT
// Timers on a real loop: how late they fire.
#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;

/// Records how late it fired.
class LateTimer final : public Deadline {
 public:
  explicit LateTimer(Loop& loop) : loop_(loop) {}
  void arm(Duration delay) {
    loop_.timers().arm(*this, delay);
    due_ = loop_.now() + delay;
    late.reset();
  }
  std::optional<Duration> late;

 private:
  void expired() noexcept override { late = std::chrono::steady_clock::now() - due_; }
  Loop& loop_;
  TimePoint due_;
};

// A busy machine may wake us late, but not every time, unless the loop itself asked to
// be woken late.
TEST(LoopDeadlines, ATimerOfAnIdleLoopFiresWithinAMillisecondWheneverItIsDue) {
  LoopDriver driver;
  Loop& loop = *driver.loop();
  LateTimer timer(loop);
  const TimePoint start = loop.now();
  for (Duration phase = 0us; phase < 8ms; phase += 500us) {
    SCOPED_TRACE(phase.count());
    timer.late.reset();
    ASSERT_TRUE(driver.run_until([&] {
      EXPECT_GE(timer.late.value_or(0ms), Duration::zero()) << "early";
      if (timer.late && *timer.late <= 1ms) return true;
      if (!timer.armed()) {
        const Duration now = loop.timers().now() - start;
        timer.arm(10ms + phase - now % 8ms);
      }
      return false;
    }));
  }
}

}  // namespace
}  // namespace socketio::support
