// SPDX-License-Identifier: MIT
// WaitingBroadcasts: broadcasts of one turn to the same sockets wait for each other, so that each
// socket is visited once for all of them. Nobody may see that they waited: whoever sends to a
// socket of the node, or changes who is in a room, says so here first, and they are flushed.
//
// Life cycle: one for each node, as its namespaces' sockets share connections; flushed at the end
// of the turn at the latest. Loop's thread only.
#pragma once

#include "base/loop.hpp"
#include "core/server/prepared_events.hpp"

#include <socketio/socket.hpp>

#include <memory>
#include <optional>

namespace socketio::core {

class WaitingBroadcasts {
 public:
  /// The sockets among which the options of a broadcast choose.
  class Receivers {
   public:
    virtual ~Receivers() = default;
    /// Sends to those sockets, without saying so here. Runs no user code before the last one.
    virtual void deliver(PreparedEvents& events,
                         const detail::BroadcastOptions& options) = 0;
    /// Keeps these receivers, and the WaitingBroadcasts with them.
    virtual std::shared_ptr<Receivers> shared() = 0;
  };

  explicit WaitingBroadcasts(Loop& loop) : loop_(loop) {}

  /// Has `events` delivered to the sockets that `options` name, in this turn.
  void add(Receivers& receivers, const detail::BroadcastOptions& options, PreparedEvents events);

  /// To be called before something is sent to a socket.
  void before_sending() { flush(); }
  /// To be called before a socket joins or leaves a room, or the namespace.
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
  Receivers* receivers_ = nullptr;  // null: nothing waits
  std::optional<Waiting> waiting_;
};

}  // namespace socketio::core
