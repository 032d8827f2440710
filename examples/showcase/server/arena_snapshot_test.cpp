// SPDX-License-Identifier: MIT
#include "arena_snapshot.hpp"

#include <gtest/gtest.h>

#include <cstddef>

namespace showcase {
namespace {

ArenaWorld lively(std::size_t players) {
  ArenaWorld world(17);
  for (std::size_t i = 0; i < players; ++i) {
    world.steer(*world.add(), static_cast<Keys>(1 + i % 15));
  }
  for (int i = 0; i < 300; ++i) world.step();
  return world;
}

TEST(ArenaSnapshot, ComesBackAsItWas) {
  const ArenaWorld world = lively(20);
  const auto snapshot = decode_snapshot(encode(world));
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->tick, 300U);
  ASSERT_EQ(snapshot->coins.size(), ArenaWorld::coin_count);
  EXPECT_NEAR(snapshot->coins[5].x, world.coins()[5].x, 1.0 / 32);
  ASSERT_EQ(snapshot->players.size(), 20U);
  for (const auto& seen : snapshot->players) {
    const auto& player = world.players().at(seen.id);
    EXPECT_NEAR(seen.position.x, player.position.x, 1.0 / 32);
    EXPECT_NEAR(seen.position.y, player.position.y, 1.0 / 32);
    EXPECT_EQ(seen.keys, player.keys);
    EXPECT_EQ(seen.score, player.score);
  }
}

// The layout that the header describes, and that other programs read.
TEST(ArenaSnapshot, IsLaidOutAsDescribed) {
  ArenaWorld world(1);
  world.steer(*world.add(), key_down | key_right);
  for (int i = 0; i < 258; ++i) world.step();
  const auto bytes = encode(world);
  ASSERT_EQ(bytes.size(), 6 + 4 * ArenaWorld::coin_count + 8);
  EXPECT_EQ(bytes[0], 2);
  EXPECT_EQ(bytes[1], 1);
  EXPECT_EQ(bytes[4], ArenaWorld::coin_count);
  EXPECT_EQ(bytes[5], 1);
  const std::size_t player = 6 + 4 * ArenaWorld::coin_count;
  EXPECT_EQ(bytes[player], 0);
  EXPECT_EQ(bytes[player + 1], 10);
  const int x = bytes[player + 2] + 256 * bytes[player + 3];
  EXPECT_NEAR(x / 32.0, ArenaWorld::width - ArenaWorld::player_radius, 1);
}

TEST(ArenaSnapshot, StaysSmall) { EXPECT_EQ(encode(lively(50)).size(), 470U); }

TEST(ArenaSnapshot, OfAnotherSizeIsNone) {
  auto bytes = encode(lively(3));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_snapshot(std::span(bytes).first(size))) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(decode_snapshot(bytes));
}

}  // namespace
}  // namespace showcase
