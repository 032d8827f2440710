// SPDX-License-Identifier: MIT
#include "core/server/broadcast_answers.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace socketio::core {
namespace {

class BroadcastAnswersTest : public testing::Test {
 protected:
  void answer() { answers.on_answer(Errc::timeout, nullptr); }

  int each = 0;
  int all = 0;
  BroadcastAnswers answers{[this](std::error_code, const Value*) { ++each; }, [this] { ++all; }};
};

TEST_F(BroadcastAnswersTest, AreCompleteWhenTheLastClientHasAnswered) {
  answers.on_server_count(1);
  answers.on_client_count(2);
  answer();
  EXPECT_EQ(all, 0);
  answer();
  EXPECT_EQ(all, 1);
  EXPECT_EQ(each, 2);
}

TEST_F(BroadcastAnswersTest, AreCompleteAtOnceIfNobodyIsAsked) {
  answers.on_server_count(1);
  answers.on_client_count(0);
  EXPECT_EQ(all, 1);
}

TEST_F(BroadcastAnswersTest, WaitForEveryServer) {
  answers.on_server_count(2);
  answers.on_client_count(0);
  EXPECT_EQ(all, 0);
  answers.on_client_count(1);
  EXPECT_EQ(all, 0);
  answer();
  EXPECT_EQ(all, 1);
}

TEST_F(BroadcastAnswersTest, MayComeBeforeTheCounts) {
  answer();
  answers.on_client_count(1);
  EXPECT_EQ(all, 0);
  answers.on_server_count(1);
  EXPECT_EQ(all, 1);
}

TEST_F(BroadcastAnswersTest, AreCompleteOnce) {
  answers.on_server_count(1);
  answers.on_client_count(1);
  answer();
  answers.on_server_count(1);
  EXPECT_EQ(all, 1);
}

TEST(BroadcastAnswers, AreCompleteWhateverTheLastCallbackThrows) {
  int all = 0;
  BroadcastAnswers answers([](std::error_code, const Value*) { throw std::runtime_error("no"); },
                           [&] { ++all; });
  answers.on_server_count(1);
  answers.on_client_count(1);
  EXPECT_THROW(answers.on_answer({}, nullptr), std::runtime_error);
  EXPECT_EQ(all, 1);
}

}  // namespace
}  // namespace socketio::core
