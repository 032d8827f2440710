// SPDX-License-Identifier: MIT
// Multiplayer: the arena on /arena. Players say which keys they hold; the server moves everybody,
// 30 times a second, and tells all what it looks like as binary data (arena_snapshot.hpp). Who has
// not joined looks on.
//
// Construct it before the server runs; it must outlive the server's run. On the server's loop.
#pragma once

#include "arena_bots.hpp"
#include "arena_world.hpp"

#include <socketio/server.hpp>

#include <cstddef>
#include <memory>
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
  socketio::json players() const;

  socketio::Namespace arena_;
  ArenaWorld world_;
  std::unique_ptr<ArenaBots> bots_;
  std::size_t bots_always_ = 0;
  std::size_t bots_count_ = 0;
};

}  // namespace showcase
