// SPDX-License-Identifier: MIT
// The loop's poller: whoever asks to be called again is called, whoever else asks.
#include "net/platform/poller.hpp"

#include "support/loop_driver.hpp"

#include <gtest/gtest.h>

#include <array>

namespace socketio::support {
namespace {

/// Asks again until it has been called `wanted` times.
class Asking final : public net::Watched {
 public:
  explicit Asking(net::Poller& poller) : poller_(poller) {}
  ~Asking() = default;
  void on_ready(net::Ready) noexcept override {
    if (++calls < wanted) poller_.call_again(*this);
  }
  static constexpr int wanted = 10;
  int calls = 0;

 private:
  net::Poller& poller_;
};

TEST(Poller, SeveralMayAskToBeCalledAgain) {
  LoopDriver driver;
  net::Poller& poller = driver.loop()->poller();
  std::array<Asking, 3> all{Asking(poller), Asking(poller), Asking(poller)};
  for (Asking& one : all) poller.call_again(one);
  const auto done = [&] {
    return all[0].calls == Asking::wanted && all[1].calls == Asking::wanted &&
           all[2].calls == Asking::wanted;
  };
  EXPECT_TRUE(driver.run_until(done));
}

TEST(Poller, OneMayAskTwice) {
  LoopDriver driver;
  net::Poller& poller = driver.loop()->poller();
  Asking one(poller);
  poller.call_again(one);
  poller.call_again(one);
  EXPECT_TRUE(driver.run_until([&] { return one.calls == Asking::wanted; }));
}

}  // namespace
}  // namespace socketio::support
