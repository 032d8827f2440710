// SPDX-License-Identifier: MIT
#include "arena_world.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace showcase {
namespace {

using Id = ArenaWorld::PlayerId;

Point position(const ArenaWorld& world, Id id) { return world.players().at(id).position; }

void steps(ArenaWorld& world, int count) {
  for (int i = 0; i < count; ++i) world.step();
}

TEST(ArenaWorld, GivesTheLowestNumberThatIsFree) {
  ArenaWorld world(1);
  EXPECT_EQ(world.add(), Id{0});
  EXPECT_EQ(world.add(), Id{1});
  EXPECT_EQ(world.add(), Id{2});
  world.remove(1);
  EXPECT_EQ(world.add(), Id{1});
  EXPECT_EQ(world.players().size(), 3U);
}

TEST(ArenaWorld, HoldsALimitedNumber) {
  ArenaWorld world(1);
  for (std::size_t i = 0; i < ArenaWorld::player_limit; ++i) EXPECT_TRUE(world.add());
  EXPECT_FALSE(world.add());
}

TEST(ArenaWorld, MovesWhoHoldsAKey) {
  for (const auto& [keys, x, y] :
       {std::tuple{key_up, 0, -1}, {key_down, 0, 1}, {key_left, -1, 0}, {key_right, 1, 0}}) {
    ArenaWorld world(3);
    const Id id = *world.add();
    const Point from = position(world, id);
    world.steer(id, keys);
    steps(world, 3);
    EXPECT_GT((position(world, id).x - from.x) * x + (position(world, id).y - from.y) * y, 5);
  }
}

TEST(ArenaWorld, StopsWhoLetsGo) {
  ArenaWorld world(3);
  const Id id = *world.add();
  world.steer(id, key_up | key_left);
  steps(world, 10);
  world.steer(id, 0);
  steps(world, 200);
  const Point rest = position(world, id);
  world.step();
  EXPECT_NEAR(position(world, id).x, rest.x, 0.01);
  EXPECT_NEAR(position(world, id).y, rest.y, 0.01);
}

TEST(ArenaWorld, LetsNobodyOut) {
  ArenaWorld world(5);
  for (int i = 0; i < 30; ++i) world.add();
  for (const int keys : {key_up | key_left, key_down | key_right, +key_left, +key_up, 15}) {
    for (int i = 0; i < 30; ++i) world.steer(static_cast<Id>(i), static_cast<Keys>(keys));
    for (int step = 0; step < 150; ++step) {
      world.step();
      for (const auto& [id, player] : world.players()) {
        ASSERT_GE(player.position.x, ArenaWorld::player_radius);
        ASSERT_LE(player.position.x, ArenaWorld::width - ArenaWorld::player_radius);
        ASSERT_GE(player.position.y, ArenaWorld::player_radius);
        ASSERT_LE(player.position.y, ArenaWorld::height - ArenaWorld::player_radius);
      }
    }
  }
}

TEST(ArenaWorld, PushesPlayersApart) {
  ArenaWorld world(7);
  const Id left = *world.add();
  const Id right = *world.add();
  world.steer(left, key_right | key_down);
  world.steer(right, key_right | key_down);
  steps(world, 300);  // both in one corner
  const Point a = position(world, left);
  const Point b = position(world, right);
  EXPECT_GT(std::hypot(a.x - b.x, a.y - b.y), ArenaWorld::player_radius);
}

TEST(ArenaWorld, GivesAPointForACoinAndANewCoin) {
  ArenaWorld world(9);
  const Id id = *world.add();
  const auto before = world.coins();
  for (int step = 0; step < 2000 && world.players().at(id).score == 0; ++step) {
    const Point to = world.coins()[0];
    const Point from = position(world, id);
    world.steer(id, static_cast<Keys>((to.x > from.x ? key_right : key_left) |
                                      (to.y > from.y ? key_down : key_up)));
    world.step();
  }
  EXPECT_GT(world.players().at(id).score, 0);
  const auto same = [](Point a, Point b) { return a.x == b.x && a.y == b.y; };
  int moved = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    moved += same(before[i], world.coins()[i]) ? 0 : 1;
  EXPECT_EQ(moved, world.players().at(id).score);
}

TEST(ArenaWorld, IsTheSameForTheSameSeed) {
  ArenaWorld one(11);
  ArenaWorld two(11);
  for (ArenaWorld* world : {&one, &two}) {
    world->steer(*world->add(), key_right);
    steps(*world, 100);
  }
  EXPECT_EQ(position(one, 0).x, position(two, 0).x);
  EXPECT_EQ(one.coins()[3].y, two.coins()[3].y);
  EXPECT_EQ(one.tick(), 100U);
}

TEST(ArenaWorld, KnowsNothingOfWhoIsNotHere) {
  ArenaWorld world(13);
  world.steer(9, key_up);
  world.remove(9);
  world.step();
  EXPECT_TRUE(world.players().empty());
}

}  // namespace
}  // namespace showcase
