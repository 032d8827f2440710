// SPDX-License-Identifier: MIT
#include "core/server/broadcast_answers.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace socketio::core {
namespace {

class BroadcastAnswersTest : public testing::Test {
 protected:
  void answer() { answers.on_answer(Errc::timeout, nullptr); }

  int each = 0;
  int all = 0;
  BroadcastAnswers answers{[this](std::error_code, const Value*) { ++each; },
                           [this](const MissingNodes&) { ++all; }};
};

TEST_F(BroadcastAnswersTest, AreCompleteWhenTheLastClientHasAnswered) {
  answers.on_asked(2, {});
  answer();
  EXPECT_EQ(all, 0);
  answer();
  EXPECT_EQ(all, 1);
  EXPECT_EQ(each, 2);
}

TEST_F(BroadcastAnswersTest, AreCompleteAtOnceIfNobodyIsAsked) {
  answers.on_asked(0, {});
  EXPECT_EQ(all, 1);
}

TEST_F(BroadcastAnswersTest, MayComeBeforeTheCount) {
  answer();
  EXPECT_EQ(all, 0);
  answers.on_asked(1, {});
  EXPECT_EQ(all, 1);
}

TEST(BroadcastAnswers, SayWhichNodesAreMissing) {
  MissingNodes missing;
  BroadcastAnswers answers([](std::error_code, const Value*) {},
                           [&](MissingNodes nodes) { missing = std::move(nodes); });
  answers.on_asked(0, {2, {"a", "b"}});
  EXPECT_EQ(missing.count, 2);
  EXPECT_EQ(missing.ids, (std::vector<std::string>{"a", "b"}));
}

TEST_F(BroadcastAnswersTest, AreCompleteOnce) {
  answers.on_asked(1, {});
  answer();
  answers.on_asked(1, {});
  EXPECT_EQ(all, 1);
}

TEST(BroadcastAnswers, AreCompleteWhateverTheLastCallbackThrows) {
  int all = 0;
  BroadcastAnswers answers([](std::error_code, const Value*) { throw std::runtime_error("no"); },
                           [&](const MissingNodes&) { ++all; });
  answers.on_asked(1, {});
  EXPECT_THROW(answers.on_answer({}, nullptr), std::runtime_error);
  EXPECT_EQ(all, 1);
}

}  // namespace
}  // namespace socketio::core
