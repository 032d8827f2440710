// SPDX-License-Identifier: MIT
#include <socketio/token_bucket.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace socketio {
namespace {

using namespace std::chrono_literals;

class TokenBuckets : public testing::Test {
 protected:
  int taken(TokenBucket::Clock::time_point now) {
    int count = 0;
    while (bucket.take(now)) ++count;
    return count;
  }
  TokenBucket bucket{{.per_second = 2, .burst = 5}};
  TokenBucket::Clock::time_point start{1'000s};
};

TEST_F(TokenBuckets, BeginFull) { EXPECT_EQ(taken(start), 5); }

TEST_F(TokenBuckets, FillWithTime) {
  taken(start);
  EXPECT_EQ(taken(start + 499ms), 0);
  EXPECT_EQ(taken(start + 500ms), 1);
  EXPECT_EQ(taken(start + 2s), 3);
}

TEST_F(TokenBuckets, HoldNoMoreThanABurst) {
  taken(start);
  EXPECT_EQ(taken(start + 1h), 5);
}

}  // namespace
}  // namespace socketio
