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
};

bool is_bot(const Socket& socket) {
  const json& auth = socket.handshake().auth;
  return auth.is_object() && auth.contains("bot");
}

}  // namespace

Arena::Arena(socketio::Server& io)
    : io_(io), arena_(io.of("/arena")), clients_(arena_), world_(std::random_device()()) {
  arena_.on_connection([this](Socket socket) {
    if (!is_bot(socket)) ++visitors_;
    socket.emit("players", players());
    socket.emit("bots", bots_count_.load());
  });
  arena_.on("join",
            [this](Socket& socket, std::string_view name) { return on_join(socket, name); });
  arena_.on("leave", [this](Socket& socket) { on_leave(socket); });
  arena_.on("input", [this](Socket& socket, Keys keys) {
    const auto id = socket.data<Player>().id;
    if (!id) return;
    const std::lock_guard lock(mutex_);
    world_.steer(*id, keys);
  });
  arena_.on("bots", [this](Socket& socket, std::size_t wanted) { return on_bots(socket, wanted); });
  // The page measures how long it takes there and back.
  arena_.on("rtt", [] { return true; });
  arena_.on_disconnect([this](Socket& socket) {
    on_leave(socket);
    if (!is_bot(socket) && --visitors_ == 0) set_bots(bots_always_);
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
  clients_.all().emit("bots", count);
}

json Arena::on_join(Socket& socket, std::string_view name) {
  if (auto refusal = refused_for_haste(socket)) return *refusal;
  const auto clean = clean_name(name, name_limit);
  if (!clean) return refused(socket, "Your name has 1 to 24 visible characters.");
  auto& player = socket.data<Player>();
  player.id = enter(socket, *clean);
  if (!player.id) return refused(socket, "The arena is full. Please try again later.");
  tell_players();
  return {{"ok", true},
          {"id", *player.id},
          {"width", ArenaWorld::width},
          {"height", ArenaWorld::height},
          {"ticksPerSecond", ArenaWorld::ticks_per_second}};
}

void Arena::on_leave(Socket& socket) {
  auto& player = socket.data<Player>();
  if (!player.id) return;
  {
    const std::lock_guard lock(mutex_);
    world_.remove(*player.id);
    shown_.erase(*player.id);
  }
  player.id.reset();
  tell_players();
}

json Arena::on_bots(const Socket& socket, std::size_t wanted) {
  if (auto refusal = refused_for_haste(socket)) return *refusal;
  const std::size_t count = std::max(bots_always_, std::min(wanted, ArenaBots::limit));
  set_bots(count);
  return {{"bots", count}};
}

void Arena::tick() {
  if (arena_.sockets_count() == 0) return;
  std::unique_lock lock(mutex_);
  world_.step();
  const auto state = encode(world_);
  lock.unlock();
  // Volatile: who cannot take this one gets the next, which says everything there is to know.
  clients_.all().volatile_().emit("state", state);
}

/// A player keeps the number; none if the arena is full.
std::optional<ArenaWorld::PlayerId> Arena::enter(const Socket& socket, const std::string& name) {
  auto id = socket.data<Player>().id;
  const std::lock_guard lock(mutex_);
  if (!id) id = world_.add();
  if (id) shown_.insert_or_assign(*id, Shown{name, is_bot(socket)});
  return id;
}

void Arena::tell_players() {
  io_.post([this] { clients_.all().emit("players", players()); });
}

json Arena::players() {
  json list = json::array();
  const std::lock_guard lock(mutex_);
  for (const auto& [id, shown] : shown_)
    list.push_back({{"id", id}, {"name", shown.name}, {"bot", shown.is_bot}});
  return list;
}

}  // namespace showcase
