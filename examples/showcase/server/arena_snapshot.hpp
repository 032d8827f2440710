// SPDX-License-Identifier: MIT
// What the arena sends 30 times a second: everything that moves, as one piece of binary data. This
// is the description of its layout; examples/showcase/web/src/pages/Arena/snapshot.ts reads it.
//
//   offset  size  what                                   all numbers little-endian
//        0     4  tick
//        4     1  number of coins, c
//        5     1  number of players, p
//        6     4  of each coin: x, y (2 bytes each)
//   6 + 4c     8  of each player: number (1), keys (1), x (2), y (2), score (2)
//
// Coordinates are 1/32 of the arena's unit. With 16 coins and 50 players that is 470 bytes, about
// 14 kB a second.
#pragma once

#include "arena_world.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace showcase {

struct ArenaSnapshot {
  struct Player {
    ArenaWorld::PlayerId id = 0;
    Keys keys = 0;
    Point position;
    std::uint16_t score = 0;
  };

  std::uint32_t tick = 0;
  std::vector<Point> coins;
  std::vector<Player> players;
};

std::vector<std::uint8_t> encode(const ArenaWorld& world);

/// Nothing for bytes of another layout.
std::optional<ArenaSnapshot> decode_snapshot(std::span<const std::uint8_t> bytes);

}  // namespace showcase
