// SPDX-License-Identifier: MIT
#include "arrivals.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace showcase {
namespace {

class ArrivalsTest : public testing::Test {
 protected:
  void expect(const std::string& visitor, std::uint64_t number, Arrivals::Counts expected) {
    const auto counts = arrivals_.count(visitor, number);
    EXPECT_EQ(counts.received, expected.received);
    EXPECT_EQ(counts.lost, expected.lost);
    EXPECT_EQ(counts.duplicated, expected.duplicated);
  }

  Arrivals arrivals_;
};

TEST_F(ArrivalsTest, AreCountedForEachVisitor) {
  expect("ada", 1, {1, 0, 0});
  expect("ada", 2, {2, 0, 0});
  expect("grace", 1, {1, 0, 0});
}

TEST_F(ArrivalsTest, ThatComeAgainAreDuplicated) {
  expect("ada", 1, {1, 0, 0});
  expect("ada", 2, {2, 0, 0});
  expect("ada", 2, {2, 0, 1});
  expect("ada", 1, {2, 0, 2});
  expect("ada", 3, {3, 0, 2});
}

TEST_F(ArrivalsTest, ThatWereSkippedAreLost) {
  expect("ada", 1, {1, 0, 0});
  expect("ada", 4, {2, 2, 0});
  expect("ada", 5, {3, 2, 0});
}

TEST_F(ArrivalsTest, MayBeginAnywhere) { expect("ada", 57, {1, 0, 0}); }

TEST_F(ArrivalsTest, MayBeAnyNumber) {
  constexpr auto last = std::numeric_limits<std::uint64_t>::max();
  expect("ada", 1, {1, 0, 0});
  expect("ada", last, {2, last - 2, 0});
  expect("ada", last, {2, last - 2, 1});
}

TEST_F(ArrivalsTest, BeginWithOneEvenIfZeroComesFirst) {
  expect("ada", 0, {0, 0, 1});
  expect("ada", 1, {1, 0, 1});
}

TEST_F(ArrivalsTest, OfTooManyVisitorsAreForgotten) {
  expect("ada", 1, {1, 0, 0});
  for (std::size_t i = 1; i < Arrivals::visitors_limit; ++i) arrivals_.count(std::to_string(i), 1);
  expect("ada", 1, {1, 0, 1});
  arrivals_.count("one more", 1);
  expect("ada", 1, {1, 0, 0});
}

}  // namespace
}  // namespace showcase
