// SPDX-License-Identifier: MIT
// How a client's socket connects to its namespace: one CONNECT at a time, with the latest
// data from auth.
#include "core/client/joiner.hpp"

#include "support/manual_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::core {
namespace {

using support::ManualLoop;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class JoinerTest : public testing::Test, public Joiner::Link {
 protected:
  struct RetryTimer final : Deadline {
    explicit RetryTimer(JoinerTest& test_) : test(test_) {}
    void expired() noexcept override { test.joiner->join(); }
    JoinerTest& test;
  };

  JoinerTest() { make({}); }
  ~JoinerTest() override { timer.cancel(); }

  void make(const Auth& auth) {
    joiner.emplace(*this, timer, Backoff::Options{.delay = 1s, .randomization_factor = 0}, auth);
  }

  Loop& loop() override { return loop_; }
  bool may_join() const override { return is_open; }
  bool begin_section() override { return is_separated; }
  void ask_for_auth(const Auth& auth, std::uint64_t attempt) override {
    auth([this, attempt](const json& data) { joiner->on_auth(attempt, data); });
  }
  void send_connect(const json& auth) override { sent.push_back(auth.dump()); }

  ManualLoop loop_;
  RetryTimer timer{*this};
  std::optional<Joiner> joiner;
  bool is_open = true;
  bool is_separated = true;
  std::vector<std::string> sent;
};

TEST_F(JoinerTest, SendsOneConnectUntilItIsAnswered) {
  joiner->join();
  joiner->join();
  EXPECT_THAT(sent, ElementsAre("null"));
  EXPECT_EQ(joiner->answered(), Joiner::Answered::latest);
  joiner->on_connected();
  EXPECT_FALSE(joiner->underway());
  EXPECT_EQ(joiner->answered(), Joiner::Answered::nothing);
}

TEST_F(JoinerTest, WaitsForWhatWasSentBefore) {
  is_separated = false;
  joiner->join();
  EXPECT_THAT(sent, IsEmpty());
  EXPECT_TRUE(joiner->underway());
  is_separated = true;
  joiner->on_separated();
  joiner->on_separated();
  EXPECT_THAT(sent, ElementsAre("null"));
}

TEST_F(JoinerTest, AWaitThatWasCancelledEndsInNothing) {
  is_separated = false;
  joiner->join();
  joiner->cancel();
  is_separated = true;
  joiner->on_separated();
  EXPECT_THAT(sent, IsEmpty());
  EXPECT_FALSE(joiner->underway());
}

TEST_F(JoinerTest, OnlyTheLatestAnswerOfAuthCountsAndOnce) {
  std::vector<Auth::Answer> answers;
  make([&](Auth::Answer answer) { answers.push_back(std::move(answer)); });
  joiner->join();
  joiner->join();
  ASSERT_EQ(answers.size(), 2U);
  answers[0](json{{"n", 0}});
  EXPECT_THAT(sent, IsEmpty());
  answers[1](json{{"n", 1}});
  answers[1](json{{"n", 2}});
  EXPECT_THAT(sent, ElementsAre(R"({"n":1})"));
}

TEST_F(JoinerTest, AnAnswerOfAuthThatComesTooLateIsForgotten) {
  Auth::Answer late;
  make([&](Auth::Answer answer) { late = std::move(answer); });
  joiner->join();
  joiner->reset();
  late(json::object());
  joiner->join();
  is_open = false;
  late(json::object());
  EXPECT_THAT(sent, IsEmpty());
}

TEST_F(JoinerTest, AskedFromWithinAuthItJoinsLater) {
  int asked = 0;
  make([&](const Auth::Answer&) {
    if (++asked == 1) joiner->join();
  });
  joiner->join();
  EXPECT_EQ(asked, 1);
  loop_.pass(1s);
  EXPECT_EQ(asked, 2);
}

TEST_F(JoinerTest, AfterAuthHasFailedItMayBeAskedAgain) {
  int asked = 0;
  make([&](const Auth::Answer&) { ++asked; });
  joiner->join();
  joiner->on_auth_failed();
  EXPECT_FALSE(joiner->underway());
  joiner->join();
  EXPECT_EQ(asked, 2);
}

TEST_F(JoinerTest, RefusalsAreRepeatedMoreAndMoreSlowlyUntilItConnects) {
  joiner->join();
  for (const auto delay : {1s, 2s, 4s}) {
    joiner->on_refused();
    joiner->join_later();
    joiner->join_later();
    loop_.pass(delay - 1ms);
    EXPECT_FALSE(joiner->underway());
    loop_.pass(1ms);
    EXPECT_TRUE(joiner->underway());
  }
  EXPECT_EQ(joiner->backoff().attempts(), 3U);
  joiner->on_connected();
  EXPECT_EQ(joiner->backoff().attempts(), 0U);
}

TEST_F(JoinerTest, WhoLeavesWaitsForTheAnswerBeforeJoiningAgain) {
  joiner->join();
  joiner->leave();
  joiner->join();
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_EQ(joiner->answered(), Joiner::Answered::left);
  joiner->on_left_answered();
  EXPECT_EQ(sent.size(), 2U);
  EXPECT_EQ(joiner->answered(), Joiner::Answered::latest);
}

TEST_F(JoinerTest, WhoHasLeftForGoodDoesNotJoinAgain) {
  joiner->join();
  joiner->leave();
  is_open = false;
  joiner->on_left_answered();
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_FALSE(joiner->underway());
}

TEST_F(JoinerTest, WhoLeavesTriesNoMore) {
  joiner->join();
  joiner->on_refused();
  joiner->join_later();
  joiner->leave();
  loop_.pass(1h);
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_EQ(joiner->backoff().attempts(), 0U);
}

TEST_F(JoinerTest, OnANewConnectionNothingIsUnanswered) {
  joiner->join();
  joiner->leave();
  joiner->reset();
  joiner->join();
  EXPECT_EQ(sent.size(), 2U);
}

}  // namespace
}  // namespace socketio::core
