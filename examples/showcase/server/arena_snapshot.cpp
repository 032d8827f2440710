// SPDX-License-Identifier: MIT
#include "arena_snapshot.hpp"

#include <cmath>
#include <cstddef>

namespace showcase {
namespace {

constexpr double units = 32;
constexpr std::size_t header_bytes = 6;
constexpr std::size_t coin_bytes = 4;
constexpr std::size_t player_bytes = 8;

class Writer {
 public:
  explicit Writer(std::size_t bytes) { bytes_.reserve(bytes); }
  void u8(std::size_t value) { bytes_.push_back(static_cast<std::uint8_t>(value)); }
  void u16(std::uint32_t value) { u8(value & 255), u8(value >> 8 & 255); }
  void u32(std::uint32_t value) { u16(value & 65535), u16(value >> 16); }
  void point(Point point) {
    u16(static_cast<std::uint32_t>(std::lround(point.x * units)));
    u16(static_cast<std::uint32_t>(std::lround(point.y * units)));
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::uint8_t u8() { return bytes_[at_++]; }
  std::uint16_t u16() {
    const unsigned low = u8();
    return static_cast<std::uint16_t>(low | static_cast<unsigned>(u8()) << 8);
  }
  std::uint32_t u32() {
    const std::uint32_t low = u16();
    return low | static_cast<std::uint32_t>(u16()) << 16;
  }
  Point point() {
    const double x = u16() / units;
    return {x, u16() / units};
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

std::size_t size_of(std::size_t coins, std::size_t players) {
  return header_bytes + coins * coin_bytes + players * player_bytes;
}

}  // namespace

std::vector<std::uint8_t> encode(const ArenaWorld& world) {
  Writer out(size_of(world.coins().size(), world.players().size()));
  out.u32(world.tick());
  out.u8(world.coins().size());
  out.u8(world.players().size());
  for (const Point coin : world.coins()) out.point(coin);
  for (const auto& [id, player] : world.players()) {
    out.u8(id);
    out.u8(player.keys);
    out.point(player.position);
    out.u16(player.score);
  }
  return out.take();
}

std::optional<ArenaSnapshot> decode_snapshot(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < header_bytes || bytes.size() != size_of(bytes[4], bytes[5])) return {};
  Reader in(bytes);
  ArenaSnapshot snapshot;
  snapshot.tick = in.u32();
  snapshot.coins.resize(in.u8());
  snapshot.players.resize(in.u8());
  for (Point& coin : snapshot.coins) coin = in.point();
  for (ArenaSnapshot::Player& player : snapshot.players) {
    player.id = in.u8();
    player.keys = in.u8();
    player.position = in.point();
    player.score = in.u16();
  }
  return snapshot;
}

}  // namespace showcase
