// SPDX-License-Identifier: MIT
// Multiplayer: the arena on /arena. Players say which keys they hold; the server moves everybody,
// 30 times a second, and tells all what it looks like as binary data (arena_snapshot.hpp). Who has
// not joined looks on. Each server has an arena of its own.
//
// Construct it before the server runs; it must outlive the server's run. Handlers run on the loops of
// their sockets, at the same time where there are several.
#pragma once

#include "arena_bots.hpp"
#include "arena_world.hpp"
#include "own_clients.hpp"

#include <socketio/server.hpp>

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace showcase {

class Arena {
 public:
  static constexpr std::size_t name_limit = 24;  // characters

  explicit Arena(socketio::Server& io);

  /// From now on bots can come in, at the `url` where the server listens: `always` of them at once,
  /// and as many more as visitors ask for, until the last visitor has gone.
  void let_bots_in(const std::string& url, std::size_t always);

 private:
  socketio::json on_join(socketio::Socket& socket, std::string_view name);
  void on_leave(socketio::Socket& socket);
  socketio::json on_bots(const socketio::Socket& socket, std::size_t wanted);
  /// Tells everybody.
  void set_bots(std::size_t count);
  void tick();
  std::optional<ArenaWorld::PlayerId> enter(const socketio::Socket& socket,
                                            const std::string& name);
  /// Soon, on the first loop, so that the last list is the newest.
  void tell_players();
  socketio::json players();

  struct Shown {
    std::string name;
    bool is_bot;
  };

  socketio::Server& io_;
  socketio::Namespace arena_;
  OwnClients clients_;
  std::mutex mutex_;  // for world_ and shown_
  ArenaWorld world_;
  std::map<ArenaWorld::PlayerId, Shown> shown_;
  std::atomic<int> visitors_ = 0;  // clients that are no bots
  std::unique_ptr<ArenaBots> bots_;
  std::size_t bots_always_ = 0;
  std::atomic<std::size_t> bots_count_ = 0;
};

}  // namespace showcase
