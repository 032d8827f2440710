// SPDX-License-Identifier: MIT
#include "arena_bots.hpp"

#include "arena_snapshot.hpp"

#include <socketio/client.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace showcase {
namespace {

using socketio::json;

constexpr std::chrono::milliseconds between_turns{15};
constexpr std::uint32_t ticks_between_thoughts = 8;

class Bot {
 public:
  Bot(const std::string& url, std::size_t number)
      : name_("Bot " + std::to_string(number)),
        random_(static_cast<std::uint32_t>(number)),
        client_(url, {.auth = json{{"bot", true}}, .transports = {"websocket"}}),
        arena_(client_.socket("/arena")) {
    arena_.on_connect([this] { join(); });
    arena_.on("state", [this](const socketio::Bytes& bytes) {
      if (const auto snapshot = decode_snapshot(bytes)) look_at(*snapshot);
    });
  }

  /// Receives what has come, and sends.
  void take_turn() { client_.poll(); }

 private:
  void join() {
    id_.reset();
    held_ = 0;
    arena_.emit_with_ack("join", name_).then([this](const socketio::Reply<json>& reply) {
      if (reply && reply->value("ok", false)) id_ = reply->value("id", ArenaWorld::PlayerId{});
    });
  }

  void look_at(const ArenaSnapshot& snapshot) {
    // Not all of them in the same tick.
    if (!id_ || (snapshot.tick + *id_) % ticks_between_thoughts != 0) return;
    const auto me = std::find_if(snapshot.players.begin(), snapshot.players.end(),
                                 [this](const auto& player) { return player.id == id_; });
    if (me == snapshot.players.end()) return;
    const Keys keys = choose(me->position, snapshot.coins);
    if (keys != std::exchange(held_, keys)) arena_.emit("input", keys);
  }

  /// To the nearest coin, with a whim now and then.
  Keys choose(Point from, const std::vector<Point>& coins) {
    if (coins.empty() || random_() % 8 == 0) return static_cast<Keys>(random_() % 16);
    const auto distance = [from](Point to) { return std::hypot(to.x - from.x, to.y - from.y); };
    const Point to = *std::min_element(coins.begin(), coins.end(),
                                       [&](Point a, Point b) { return distance(a) < distance(b); });
    constexpr double near = ArenaWorld::coin_radius;
    Keys keys = 0;
    if (to.x > from.x + near) keys |= key_right;
    if (to.x < from.x - near) keys |= key_left;
    if (to.y > from.y + near) keys |= key_down;
    if (to.y < from.y - near) keys |= key_up;
    return keys;
  }

  const std::string name_;
  std::minstd_rand random_;
  std::optional<ArenaWorld::PlayerId> id_;
  Keys held_ = 0;
  socketio::Client client_;
  socketio::ClientSocket arena_;
};

}  // namespace

ArenaBots::ArenaBots(std::string url) : url_(std::move(url)), thread_([this] { run(); }) {}

ArenaBots::~ArenaBots() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ArenaBots::set_count(std::size_t count) {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = std::min(count, limit);
  }
  changed_.notify_one();
}

void ArenaBots::run() {
  std::vector<std::unique_ptr<Bot>> bots;
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const std::size_t wanted = wanted_;
    lock.unlock();
    while (bots.size() < wanted) bots.push_back(std::make_unique<Bot>(url_, bots.size() + 1));
    bots.resize(wanted);
    for (const auto& bot : bots) bot->take_turn();
    lock.lock();
    const auto has_changed = [&] { return ending_ || wanted_ != wanted; };
    if (bots.empty()) {
      changed_.wait(lock, has_changed);
    } else {
      changed_.wait_for(lock, between_turns, has_changed);
    }
  }
}

}  // namespace showcase
