// SPDX-License-Identifier: MIT
// WaitingBroadcasts: collects the broadcasts of one turn to the same sockets, so that each socket
// is visited once for all of them. This must not be observable: whatever sends to a socket of the
// node, or changes the members of a room, calls this first, and the broadcasts are flushed.
//
// Life cycle: one for each node, because its namespaces' sockets share connections. Flushed at the
// end of the turn at the latest. Loop's thread only.
#pragma once

#include "base/loop.hpp"
#include "core/server/prepared_events.hpp"

#include <socketio/socket.hpp>

#include <memory>
#include <optional>

namespace socketio::core {

class WaitingBroadcasts {
 public:
  /// The sockets from which the options of a broadcast select.
  class Receivers {
   public:
    virtual ~Receivers() = default;
    /// Sends to the selected sockets, without before_sending(). Runs no user code before
    /// the last one.
    virtual void deliver(PreparedEvents& events, const detail::BroadcastOptions& options) = 0;
    /// Keeps these receivers, and the WaitingBroadcasts with them.
    virtual std::shared_ptr<Receivers> shared() = 0;
  };

  explicit WaitingBroadcasts(Loop& loop) : loop_(loop) {}

  /// Delivers `events` in this turn to the sockets that `options` select.
  void add(Receivers& receivers, const detail::BroadcastOptions& options, PreparedEvents events);

  /// Call this before something is sent to a socket.
  void before_sending() { flush(); }
  /// Call this before a socket joins or leaves a room or the namespace.
  void before_room_change() { flush(); }

 private:
  struct Waiting {
    detail::BroadcastOptions options;
    PreparedEvents events;
  };

  void flush() {
    if (receivers_) deliver();
  }
  void deliver();

  Loop& loop_;
  // Null if nothing is waiting.
  Receivers* receivers_ = nullptr;
  std::optional<Waiting> waiting_;
};

}  // namespace socketio::core
