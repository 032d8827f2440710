// SPDX-License-Identifier: MIT
#include "cluster/members.hpp"
#include "support/manual_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace socketio::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class MembersTest : public testing::Test {
 protected:
  void pass(seconds time) {
    for (auto passed = seconds(0); passed < time; ++passed) loop.pass(seconds(1));
  }

  support::ManualLoop loop;
  int heartbeats = 0;
  std::vector<std::string> gone;
  const MembersLimits limits{seconds(5), seconds(10), 3};
  const std::shared_ptr<Members> members = std::make_shared<Members>(
      loop, limits, [this] { ++heartbeats; },
      [this](const std::string& node) { gone.push_back(node); });
};

TEST_F(MembersTest, ANodeThatIsSilentForTheTimeoutIsGone) {
  members->on_sign_of_life("a");
  pass(seconds(9));
  members->on_sign_of_life("b");
  EXPECT_EQ(members->count(), 2U);
  pass(seconds(3));
  EXPECT_THAT(gone, ElementsAre("a"));
  EXPECT_THAT(members->nodes(), ElementsAre("b"));
}

TEST_F(MembersTest, AnythingThatArrivesIsASignOfLife) {
  for (int i = 0; i < 10; ++i) {
    members->on_sign_of_life("a");
    pass(seconds(9));
  }
  EXPECT_THAT(gone, IsEmpty());
}

TEST_F(MembersTest, OneThatSaysGoodbyeIsNotMissed) {
  members->on_sign_of_life("a");
  members->remove("a");
  EXPECT_EQ(members->count(), 0U);
  pass(seconds(20));
  EXPECT_THAT(gone, IsEmpty());
}

TEST_F(MembersTest, AHeartbeatIsSentAfterSilence) {
  loop.pass(milliseconds(4'900));
  EXPECT_EQ(heartbeats, 0);
  members->on_published();
  loop.pass(milliseconds(4'900));
  EXPECT_EQ(heartbeats, 0);
  loop.pass(milliseconds(200));
  EXPECT_EQ(heartbeats, 1);
  pass(seconds(6));
  EXPECT_EQ(heartbeats, 2);
}

TEST_F(MembersTest, BeyondTheLimitNobodyIsNoticed) {
  for (const char* const node : {"a", "b", "c", "d"}) members->on_sign_of_life(node);
  EXPECT_EQ(members->count(), 3U);
}

}  // namespace
}  // namespace socketio::cluster
