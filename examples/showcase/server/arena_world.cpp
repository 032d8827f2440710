// SPDX-License-Identifier: MIT
#include "arena_world.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace showcase {
namespace {

constexpr double seconds_a_tick = 1.0 / ArenaWorld::ticks_per_second;
constexpr double acceleration = 1800;  // units a second, each second
constexpr double drag = 5;             // part of the speed that is lost each second
constexpr double diagonal = 0.7071067811865476;

double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

void keep_inside(double& position, double& velocity, double length) {
  const double inside =
      std::clamp(position, ArenaWorld::player_radius, length - ArenaWorld::player_radius);
  if (inside != position) velocity = -velocity / 2;
  position = inside;
}

}  // namespace

ArenaWorld::ArenaWorld(std::uint32_t seed) : random_(seed) {
  for (Point& coin : coins_) coin = anywhere(coin_radius);
}

std::optional<ArenaWorld::PlayerId> ArenaWorld::add() {
  if (players_.size() == player_limit) return {};
  PlayerId id = 0;
  while (players_.contains(id)) ++id;
  players_[id].position = anywhere(player_radius);
  return id;
}

void ArenaWorld::steer(PlayerId id, Keys keys) {
  const auto player = players_.find(id);
  if (player != players_.end()) player->second.keys = keys;
}

void ArenaWorld::step() {
  ++tick_;
  for (auto& [id, player] : players_) move(player);
  push_apart();
  collect();
}

void ArenaWorld::move(Player& player) {
  const auto pressed = [&](Keys key) { return (player.keys & key) != 0 ? 1.0 : 0.0; };
  double x = pressed(key_right) - pressed(key_left);
  double y = pressed(key_down) - pressed(key_up);
  if (x != 0 && y != 0) x *= diagonal, y *= diagonal;
  player.velocity.x += (x * acceleration - player.velocity.x * drag) * seconds_a_tick;
  player.velocity.y += (y * acceleration - player.velocity.y * drag) * seconds_a_tick;
  player.position.x += player.velocity.x * seconds_a_tick;
  player.position.y += player.velocity.y * seconds_a_tick;
  keep_inside(player.position.x, player.velocity.x, width);
  keep_inside(player.position.y, player.velocity.y, height);
}

void ArenaWorld::push_apart() {
  for (auto first = players_.begin(); first != players_.end(); ++first) {
    for (auto second = std::next(first); second != players_.end(); ++second) {
      Player& a = first->second;
      Player& b = second->second;
      const double apart = distance(a.position, b.position);
      const double overlap = 2 * player_radius - apart;
      if (overlap <= 0) continue;
      // Two in the very same place part sideways.
      const Point way = apart > 0 ? Point{(b.position.x - a.position.x) / apart,
                                          (b.position.y - a.position.y) / apart}
                                  : Point{1, 0};
      for (auto [player, side] : {std::pair{&a, -0.5}, std::pair{&b, 0.5}}) {
        player->position.x += way.x * overlap * side;
        player->position.y += way.y * overlap * side;
        keep_inside(player->position.x, player->velocity.x, width);
        keep_inside(player->position.y, player->velocity.y, height);
      }
    }
  }
}

void ArenaWorld::collect() {
  for (Point& coin : coins_) {
    for (auto& [id, player] : players_) {
      if (distance(coin, player.position) > player_radius + coin_radius) continue;
      if (player.score < std::numeric_limits<std::uint16_t>::max()) ++player.score;
      coin = anywhere(coin_radius);
      break;
    }
  }
}

Point ArenaWorld::anywhere(double margin) {
  std::uniform_real_distribution<double> x(margin, width - margin);
  std::uniform_real_distribution<double> y(margin, height - margin);
  return {x(random_), y(random_)};
}

}  // namespace showcase
