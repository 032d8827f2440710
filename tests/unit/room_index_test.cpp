// SPDX-License-Identifier: MIT
#include "core/server/room_index.hpp"

#include "support/room_members.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace socketio::core {
namespace {

using support::RoomMembers;

TEST(RoomIndex, ARoomIsThereWhileItHasMembers) {
  RoomMembers sockets(2);
  RoomIndex index;
  EXPECT_EQ(index.find("a"), nullptr);
  EXPECT_TRUE(index.join(sockets[0], "a"));
  EXPECT_TRUE(index.join(sockets[1], "a"));
  ASSERT_NE(index.find("a"), nullptr);
  EXPECT_EQ(index.find("a")->members.size(), 2U);
  index.leave(sockets[0], "a");
  ASSERT_NE(index.find("a"), nullptr);
  EXPECT_EQ(index.find("a")->members.front(), &sockets[1]);
  index.leave(sockets[1], "a");
  EXPECT_EQ(index.find("a"), nullptr);
  EXPECT_EQ(index.room_count(), 0U);
}

TEST(RoomIndex, JoiningTwiceIsJoiningOnce) {
  RoomMembers sockets(2);
  RoomIndex index;
  EXPECT_TRUE(index.join(sockets[0], "a"));
  EXPECT_FALSE(index.join(sockets[0], "a"));
  // The index searches the shorter list: here the socket is in more rooms than the room
  // has members.
  for (const char* room : {"b", "c", "d"}) index.join(sockets[1], room);
  EXPECT_TRUE(index.join(sockets[1], "a"));
  EXPECT_FALSE(index.join(sockets[1], "a"));
  EXPECT_EQ(index.find("a")->members.size(), 2U);
  index.leave_all(sockets[0]);
  index.leave_all(sockets[1]);
  EXPECT_EQ(index.room_count(), 0U);
}

TEST(RoomIndex, LeavingWhereOneIsNotDoesNothing) {
  RoomMembers sockets(2);
  RoomIndex index;
  index.join(sockets[0], "a");
  index.leave(sockets[1], "a");
  index.leave(sockets[0], "b");
  EXPECT_EQ(sockets.difference(index, {{"a", {0}}}), "");
  index.leave_all(sockets[1]);
  index.leave_all(sockets[0]);
  index.leave_all(sockets[0]);
  EXPECT_EQ(index.room_count(), 0U);
}

TEST(RoomIndex, ANameMayBeEmptyOrHoldAnyByte) {
  RoomMembers sockets(1);
  RoomIndex index;
  const std::string with_zero("a\0b", 3);
  EXPECT_TRUE(index.join(sockets[0], ""));
  EXPECT_TRUE(index.join(sockets[0], with_zero));
  EXPECT_NE(index.find(""), nullptr);
  EXPECT_NE(index.find(with_zero), nullptr);
  EXPECT_EQ(index.find("a"), nullptr);
  index.leave_all(sockets[0]);
}

TEST(RoomIndex, DoesNotKeepTheNameThatItWasAskedWith) {
  RoomMembers sockets(1);
  RoomIndex index;
  {
    std::string name = "a name that is too long for the short string optimisation";
    index.join(sockets[0], name);
    name.assign(name.size(), 'x');
  }
  EXPECT_NE(index.find("a name that is too long for the short string optimisation"), nullptr);
  index.leave_all(sockets[0]);
}

class RoomIndexModel : public testing::TestWithParam<unsigned> {};

TEST_P(RoomIndexModel, BehavesLikeAMapOfSets) {
  std::mt19937 random(GetParam());
  RoomMembers sockets(12);
  RoomIndex index;
  RoomMembers::Model model;
  for (int i = 0; i < 3'000; ++i) {
    const std::size_t socket = random() % sockets.size();
    const std::string room = std::to_string(random() % 9);
    const auto action = random() % 10;
    if (action < 5) {
      ASSERT_EQ(index.join(sockets[socket], room), model[room].insert(socket).second);
    } else if (action < 9) {
      index.leave(sockets[socket], room);
      model[room].erase(socket);
    } else {
      index.leave_all(sockets[socket]);
      for (auto& [name, members] : model) members.erase(socket);
    }
    std::erase_if(model, [](const auto& entry) { return entry.second.empty(); });
    ASSERT_EQ(sockets.difference(index, model), "");
  }
  for (std::size_t i = 0; i < sockets.size(); ++i) index.leave_all(sockets[i]);
  ASSERT_EQ(index.room_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RoomIndexModel, testing::Range(1U, 11U));

}  // namespace
}  // namespace socketio::core
