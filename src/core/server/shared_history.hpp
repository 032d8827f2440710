// SPDX-License-Identifier: MIT
// SharedHistory: one loop's part in the history that the loops of a server have together, so that a
// client may come back to any of them. Every loop delivers the events in the order of the log, so a
// number says for all loops what came before.
//
// Life cycle: made with a namespace, by its adapter -> close(). Loop's thread, except for its
// destruction.
#pragma once

#include "core/server/history.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class SharedHistory {
 public:
  /// `next` as below.
  using Use = std::function<void(History& history, std::uint64_t next)>;

  virtual ~SharedHistory() = default;

  /// Calls `use` while no other loop uses it. `use` calls nothing of this.
  virtual void with(const Use& use) = 0;
  /// The number of the next event that this loop delivers, or that is being delivered: those before it
  /// have been, as far as they were for sockets here.
  virtual std::uint64_t next() const = 0;
  /// An event before that number was dropped here, because the loop had no room for it. 0: none.
  virtual std::uint64_t unbroken_from() const = 0;

  // --- Where a client is, whose connection may be half open when it comes back to another loop ---

  /// A socket here has the session, or has it no more.
  virtual void add_live(const std::string& private_id) = 0;
  virtual void remove_live(const std::vector<std::string>& private_ids) noexcept = 0;
  /// What closes the connection of the socket here that has the session.
  virtual void set_closer(std::function<void(std::string_view private_id)> close_here) = 0;
  /// Closes the connection wherever it is. Then, and after every event that has been added by now has been
  /// delivered here, calls `closed`; never before this returns.
  virtual void close_former(const std::string& private_id, std::function<void()> closed) = 0;

  /// No more events come.
  virtual void close() noexcept = 0;
};

}  // namespace socketio::core
