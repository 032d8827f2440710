// SPDX-License-Identifier: MIT
#include "attempts.hpp"

#include <gtest/gtest.h>

#include <string>

namespace showcase {
namespace {

using std::chrono::milliseconds;

class AttemptsTest : public testing::Test {
 protected:
  bool begin(const std::string& name, milliseconds after = {}) {
    return attempts_.begin(name, start_ + after);
  }

  Attempts attempts_;

 private:
  Attempts::Clock::time_point start_ = Attempts::Clock::now();
};

TEST_F(AttemptsTest, AreLimitedForEachName) {
  for (std::size_t i = 0; i < Attempts::limit; ++i) EXPECT_TRUE(begin("ada"));
  EXPECT_FALSE(begin("ada"));
  EXPECT_TRUE(begin("grace"));
}

TEST_F(AttemptsTest, AreForgottenWhenTheMinuteIsOver) {
  while (begin("ada")) {
  }
  EXPECT_FALSE(begin("ada", Attempts::window - milliseconds(1)));
  EXPECT_TRUE(begin("ada", Attempts::window));
}

TEST_F(AttemptsTest, DoNotCountIfTheySucceed) {
  for (std::size_t i = 0; i < 3 * Attempts::limit; ++i) {
    EXPECT_TRUE(begin("ada"));
    attempts_.forgive("ada");
  }
  attempts_.forgive("ada");
  attempts_.forgive("nobody");
  for (std::size_t i = 0; i < Attempts::limit; ++i) EXPECT_TRUE(begin("ada"));
  EXPECT_FALSE(begin("ada"));
}

TEST_F(AttemptsTest, OfTooManyNamesAreForgotten) {
  while (begin("ada")) {
  }
  for (std::size_t i = 1; i < Attempts::names_limit; ++i) begin(std::to_string(i));
  EXPECT_FALSE(begin("ada"));
  begin("one more");
  EXPECT_TRUE(begin("ada"));
}

}  // namespace
}  // namespace showcase
