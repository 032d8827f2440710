// SPDX-License-Identifier: MIT
// SharedHistory: one loop's part in the history that the loops of a server have together, so that a
// client may come back to any of them. Every loop delivers the events in the order of the log, so a
// number says for all loops what came before. close_former() calls back behind every event that had been added.
//
// Life cycle: made with a namespace, by its adapter -> close(). Loop's thread, except for its
// destruction.
#pragma once

#include "core/server/history.hpp"
#include "core/server/session_places.hpp"

#include <cstdint>
#include <functional>

namespace socketio::core {

class SharedHistory : public SessionPlaces {
 public:
  /// `next` as below.
  using Use = std::function<void(History& history, std::uint64_t next)>;

  /// Calls `use` while no other loop uses it. `use` calls nothing of this.
  virtual void with(const Use& use) = 0;
  /// The number of the next event that this loop delivers, or that is being delivered: those before it
  /// have been, as far as they were for sockets here.
  virtual std::uint64_t next() const = 0;
  /// An event before that number was dropped here, because the loop had no room for it. 0: none.
  virtual std::uint64_t unbroken_from() const = 0;

  /// No more events come.
  virtual void close() noexcept = 0;
};

}  // namespace socketio::core
