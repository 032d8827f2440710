// SPDX-License-Identifier: MIT
// LoopSessions: on which loop of a server each client of a namespace is that may be recovered, and how its
// connection is closed from another loop. If the first loop passes on a history (LoopStore), also how far each
// loop has come in it.
//
// Shared by the loops' parts of a namespace. Any thread.
#pragma once

#include "core/server/session_store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::server {

class LoopBuses;

class LoopSessions {
 public:
  using CloseHere = std::function<void(std::string_view private_id)>;

  LoopSessions(std::shared_ptr<LoopBuses> buses, std::size_t loops);

  void add(const std::string& private_id, std::size_t loop);
  /// Those that have not moved to another loop.
  void remove(const std::vector<std::string>& private_ids, std::size_t loop) noexcept;
  /// Called on that loop.
  void set_closer(std::size_t loop, CloseHere close_here);
  /// Closes the connection of the client, and calls `closed` on loop `from`: behind what the end of the session
  /// has posted, and behind all that has been posted to that loop by now.
  void close_former(std::size_t from, const std::string& private_id, std::function<void()> closed);

  // --- A history that one loop passes on ---

  /// It is about to pass on an event to those loops, which is at that position.
  void begin_passing_on(const std::vector<bool>& to, core::HistoryPosition position);
  /// It has read the history so far.
  void set_latest(core::HistoryPosition position);
  /// That loop is about to deliver an event, or had no room for it.
  enum class Arrival : std::uint8_t { delivered, dropped };
  void note_arrival(std::size_t loop, core::HistoryPosition position, Arrival arrival);
  /// What that loop has delivered, as far as it was for sockets there. Its gaps include what it has dropped.
  core::HistoryPosition position(std::size_t loop) const;

 private:
  struct Progress {
    /// Events that are on the way to the loop.
    std::size_t awaited = 0;
    core::HistoryPosition last;
    std::uint64_t dropped = 0;
  };

  const std::shared_ptr<LoopBuses> buses_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<CloseHere> closers_;
  core::HistoryPosition latest_;
  std::vector<Progress> progress_;
};

}  // namespace socketio::server
