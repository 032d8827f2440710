// SPDX-License-Identifier: MIT
#include "room_directory.hpp"

#include <gtest/gtest.h>

namespace showcase {
namespace {

std::string names(const RoomDirectory& directory, std::size_t count) {
  std::string text;
  for (const RoomSize& room : directory.fullest(count))
    text += room.roomId + ":" + std::to_string(room.users) + " ";
  return text;
}

TEST(RoomDirectory, CountsWhoIsInEachRoom) {
  RoomDirectory directory;
  EXPECT_EQ(names(directory, 9), "");
  directory.enter("garden");
  directory.enter("attic");
  directory.enter("kitchen");
  directory.enter("kitchen");
  EXPECT_EQ(names(directory, 9), "kitchen:2 attic:1 garden:1 ");
  EXPECT_EQ(names(directory, 2), "kitchen:2 attic:1 ");
}

TEST(RoomDirectory, ForgetsARoomThatNobodyIsIn) {
  RoomDirectory directory;
  directory.enter("kitchen");
  directory.enter("kitchen");
  directory.leave("kitchen");
  EXPECT_EQ(names(directory, 9), "kitchen:1 ");
  directory.leave("kitchen");
  EXPECT_EQ(names(directory, 9), "");
  directory.leave("never entered");
  EXPECT_EQ(names(directory, 9), "");
}

}  // namespace
}  // namespace showcase
