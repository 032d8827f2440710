// SPDX-License-Identifier: MIT
#include "arena.hpp"

#include "arena_snapshot.hpp"
#include "refusal.hpp"
#include "text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>

namespace showcase {
namespace {

using socketio::json;
using socketio::Socket;

constexpr std::chrono::microseconds one_tick{1'000'000 / ArenaWorld::ticks_per_second};

/// What is kept of each socket, as its data<Player>().
struct Player {
  std::optional<ArenaWorld::PlayerId> id;  ///< While it plays.
  std::string name;
};

bool is_bot(const Socket& socket) {
  const json& auth = socket.handshake().auth;
  return auth.is_object() && auth.contains("bot");
}

}  // namespace

Arena::Arena(socketio::Server& io) : arena_(io.of("/arena")), world_(std::random_device()()) {
  arena_.on_connection([this](Socket socket) {
    socket.emit("players", players());
    socket.emit("bots", bots_count_);
  });
  arena_.on("join",
            [this](Socket& socket, std::string_view name) { return on_join(socket, name); });
  arena_.on("leave", [this](Socket& socket) { on_leave(socket); });
  arena_.on("input", [this](Socket& socket, Keys keys) {
    if (const auto id = socket.data<Player>().id) world_.steer(*id, keys);
  });
  arena_.on("bots", [this](Socket& socket, std::size_t wanted) { return on_bots(socket, wanted); });
  // The page measures how long it takes there and back.
  arena_.on("rtt", [] { return true; });
  arena_.on_disconnect([this](Socket& socket) {
    on_leave(socket);
    const auto everybody = arena_.sockets();
    if (bots_ && std::all_of(everybody.begin(), everybody.end(), is_bot)) {
      set_bots(bots_always_);
    }
  });
  io.every(one_tick, [this] { tick(); });
}

void Arena::let_bots_in(const std::string& url, std::size_t always) {
  bots_ = std::make_unique<ArenaBots>(url);
  bots_always_ = always;
  set_bots(always);
}

void Arena::set_bots(std::size_t count) {
  if (!bots_) return;
  bots_->set_count(count);
  bots_count_ = count;
  arena_.emit("bots", count);
}

json Arena::on_join(Socket& socket, std::string_view name) {
  if (auto refusal = refused_for_haste(socket)) return *refusal;
  const auto clean = clean_name(name, name_limit);
  if (!clean) return refused(socket, "Your name has 1 to 24 visible characters.");
  auto& player = socket.data<Player>();
  if (!player.id) player.id = world_.add();
  if (!player.id) return refused(socket, "The arena is full. Please try again later.");
  player.name = *clean;
  arena_.emit("players", players());
  return {{"ok", true},
          {"id", *player.id},
          {"width", ArenaWorld::width},
          {"height", ArenaWorld::height},
          {"ticksPerSecond", ArenaWorld::ticks_per_second}};
}

void Arena::on_leave(Socket& socket) {
  auto& player = socket.data<Player>();
  if (!player.id) return;
  world_.remove(*player.id);
  player.id.reset();
  arena_.emit("players", players());
}

json Arena::on_bots(const Socket& socket, std::size_t wanted) {
  if (auto refusal = refused_for_haste(socket)) return *refusal;
  const std::size_t count = std::max(bots_always_, std::min(wanted, ArenaBots::limit));
  set_bots(count);
  return {{"bots", bots_count_}};
}

void Arena::tick() {
  if (arena_.sockets_count() == 0) return;
  world_.step();
  // Volatile: who cannot take this one gets the next, which says everything there is to know.
  arena_.volatile_().emit("state", encode(world_));
}

json Arena::players() const {
  json list = json::array();
  for (const Socket& socket : arena_.sockets()) {
    const auto& player = socket.data<Player>();
    if (!player.id) continue;
    list.push_back({{"id", *player.id}, {"name", player.name}, {"bot", is_bot(socket)}});
  }
  return list;
}

}  // namespace showcase
