// SPDX-License-Identifier: MIT
#include "base/backoff.hpp"

#include "support/simulated_loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using std::chrono::milliseconds;
using support::Dice;

/// The smallest and the largest delay of each attempt.
std::vector<std::pair<long, long>> ranges(const Backoff::Options& options, std::size_t attempts) {
  Dice dice(1);
  std::vector<std::pair<long, long>> found(attempts, {1'000'000'000, -1});
  for (int run = 0; run < 20'000; ++run) {
    Backoff backoff(options);
    for (auto& [least, most] : found) {
      const long delay = static_cast<long>(backoff.next(dice).count());
      least = std::min(least, delay);
      most = std::max(most, delay);
    }
  }
  return found;
}

TEST(Backoff, DoublesWithoutChance) {
  Dice dice(1);
  Backoff backoff({milliseconds(1'000), milliseconds(5'000), 0});
  for (const int expected : {1'000, 2'000, 4'000, 5'000, 5'000}) {
    EXPECT_EQ(backoff.next(dice), milliseconds(expected));
  }
  EXPECT_EQ(backoff.attempts(), 5U);
  backoff.reset();
  EXPECT_EQ(backoff.attempts(), 0U);
  EXPECT_EQ(backoff.next(dice), milliseconds(1'000));
}

// The ranges measured with the JavaScript client: 551..1499, 1101..2999, 2201..5000,
// 4401..5000, 5000.
TEST(Backoff, SpreadsAsTheJavaScriptClientDoes) {
  const auto found = ranges({}, 5);
  const std::vector<std::pair<long, long>> expected = {
      {551, 1'499}, {1'101, 2'999}, {2'201, 5'000}, {4'401, 5'000}, {5'000, 5'000}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(found[i].first), static_cast<double>(expected[i].first), 8)
        << i;
    EXPECT_NEAR(static_cast<double>(found[i].second), static_cast<double>(expected[i].second), 8)
        << i;
  }
}

TEST(Backoff, AFactorOutsideOfItsRangeMeansNoChance) {
  Dice dice(1);
  for (const double factor : {-1.0, 1.5}) {
    Backoff backoff({milliseconds(10), milliseconds(100), factor});
    EXPECT_EQ(backoff.next(dice), milliseconds(10));
  }
}

TEST(Backoff, StaysWithinItsLimitForEver) {
  Dice dice(1);
  Backoff backoff({milliseconds(3), milliseconds(700), 1});
  for (int attempt = 0; attempt < 2'000; ++attempt) {
    const milliseconds delay = backoff.next(dice);
    ASSERT_GE(delay, milliseconds(0));
    ASSERT_LE(delay, milliseconds(700));
  }
  Backoff none({milliseconds(0), milliseconds(0), 0.5});
  EXPECT_EQ(none.next(dice), milliseconds(0));
}

}  // namespace
}  // namespace socketio
