// SPDX-License-Identifier: MIT
#include "token_bucket.hpp"

#include <gtest/gtest.h>

namespace showcase {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TokenBucketTest : public testing::Test {
 protected:
  int taken(TokenBucket::Clock::time_point now) {
    int count = 0;
    while (bucket_.take(now)) ++count;
    return count;
  }

  TokenBucket::Clock::time_point start_ = TokenBucket::Clock::now();

 private:
  TokenBucket bucket_;
};

TEST_F(TokenBucketTest, AllowsABurst) {
  EXPECT_EQ(taken(start_), TokenBucket::burst);
  EXPECT_EQ(taken(start_), 0);
}

TEST_F(TokenBucketTest, FillsWithTimeButNotBeyondABurst) {
  taken(start_);
  EXPECT_EQ(taken(start_ + milliseconds(400)), 0);
  EXPECT_EQ(taken(start_ + milliseconds(500)), 1);
  EXPECT_EQ(taken(start_ + seconds(5)), 9);
  EXPECT_EQ(taken(start_ + std::chrono::hours(1)), TokenBucket::burst);
}

}  // namespace
}  // namespace showcase
