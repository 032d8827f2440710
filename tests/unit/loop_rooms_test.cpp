// SPDX-License-Identifier: MIT
// Which loops a broadcast is posted to.
#include "server/loop_rooms.hpp"

#include "base/loop_place.hpp"
#include "net/system_entropy.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::server {
namespace {

using Set = LoopRooms::Set;

TEST(LoopRooms, NamesTheLoopsThatHaveTheNamespace) {
  LoopRooms rooms(3);
  EXPECT_EQ(rooms.with("/", {}), Set({false, false, false}));
  rooms.add_namespace(0, "/");
  rooms.add_namespace(2, "/");
  EXPECT_EQ(rooms.with("/", {}), Set({true, false, true}));
  EXPECT_EQ(rooms.with("/other", {}), Set({false, false, false}));
  rooms.remove_namespace(0, "/");
  EXPECT_EQ(rooms.with("/", {}), Set({false, false, true}));
}

TEST(LoopRooms, NamesTheLoopsThatHaveTheRoom) {
  LoopRooms rooms(3);
  for (const std::size_t loop : {0, 1, 2}) rooms.add_namespace(loop, "/");
  rooms.add_room(1, "/", "red");
  rooms.add_room(2, "/", "blue");
  EXPECT_EQ(rooms.with("/", {"red"}), Set({false, true, false}));
  EXPECT_EQ(rooms.with("/", {"red", "blue", "none"}), Set({false, true, true}));
  EXPECT_EQ(rooms.with("/", {"none"}), Set({false, false, false}));
  rooms.remove_room(1, "/", "red");
  EXPECT_EQ(rooms.with("/", {"red"}), Set({false, false, false}));
  EXPECT_EQ(rooms.room_count(), 1);
  for (const std::size_t loop : {0, 1, 2}) rooms.remove_namespace(loop, "/");
  EXPECT_EQ(rooms.room_count(), 0);
}

TEST(LoopRooms, ASocketsIdNamesItsLoopAndIsNotKept) {
  net::SystemEntropy entropy;
  LoopRooms rooms(3);
  for (const std::size_t loop : {0, 1, 2}) rooms.add_namespace(loop, "/");
  const std::string id = LoopPlace{1, 3}.draw_id(entropy);
  rooms.add_room(1, "/", id);
  EXPECT_EQ(rooms.room_count(), 0);
  EXPECT_EQ(rooms.with("/", {id}), Set({false, true, false}));
  EXPECT_EQ(rooms.with("/", {"/chat#" + id}), Set({false, true, false}));
  // Others may join the room of somebody's id.
  rooms.add_room(0, "/", id);
  EXPECT_EQ(rooms.with("/", {id}), Set({true, true, false}));
  rooms.remove_room(0, "/", id);
  EXPECT_EQ(rooms.with("/", {id}), Set({false, true, false}));
}

}  // namespace
}  // namespace socketio::server
