// SPDX-License-Identifier: MIT
// The arena: players steer discs, push each other about and collect coins. The server alone decides
// where everything is; it takes one step for each of its 30 ticks a second.
//
// No I/O, no clock; what happens by chance comes from the seed. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>

namespace showcase {

/// Which keys a player holds down, as bits.
using Keys = std::uint8_t;
inline constexpr Keys key_up = 1;
inline constexpr Keys key_down = 2;
inline constexpr Keys key_left = 4;
inline constexpr Keys key_right = 8;

struct Point {
  double x = 0;
  double y = 0;
};

class ArenaWorld {
 public:
  using PlayerId = std::uint8_t;

  static constexpr double width = 1600;
  static constexpr double height = 900;
  static constexpr double player_radius = 18;
  static constexpr double coin_radius = 9;
  static constexpr int ticks_per_second = 30;
  static constexpr std::size_t player_limit = 100;
  static constexpr std::size_t coin_count = 16;

  struct Player {
    Point position;
    Point velocity;
    Keys keys = 0;
    std::uint16_t score = 0;
  };

  explicit ArenaWorld(std::uint32_t seed);

  /// The new player's number, the lowest that is free; none if the arena is full.
  std::optional<PlayerId> add();
  void remove(PlayerId id) { players_.erase(id); }
  /// Keys count until they are told otherwise. Who is not here steers nothing.
  void steer(PlayerId id, Keys keys);

  void step();

  std::uint32_t tick() const { return tick_; }
  const std::map<PlayerId, Player>& players() const { return players_; }
  const std::array<Point, coin_count>& coins() const { return coins_; }

 private:
  static void move(Player& player);
  void push_apart();
  void collect();
  Point anywhere(double margin);

  std::minstd_rand random_;
  std::uint32_t tick_ = 0;
  std::map<PlayerId, Player> players_;
  std::array<Point, coin_count> coins_;
};

}  // namespace showcase
