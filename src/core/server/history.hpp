// SPDX-License-Identifier: MIT
// History: what a namespace remembers for clients that have lost their connection, and may come back as
// if they had never left: who they were, and the events that it has sent.
//
// A client proves who it is by its private id, and tells the offset of the last event that it has
// handled. It is recovered only if nothing is missing: each event that it should have received since
// is in the log.
//
// It belongs to one loop, or to several that use it by turns (SharedHistory). It neither runs nor
// destroys anything of the application's.
#pragma once

#include "base/loop.hpp"
#include "core/server/packet_log.hpp"
#include "core/server/room_history.hpp"
#include "core/server/session_store.hpp"

#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <utility>

namespace socketio::core {

/// An application's objects at a socket, one for each type.
using SocketData = std::unordered_map<std::type_index, std::any>;

struct RecoveryLimits {
  std::chrono::milliseconds max_disconnection_duration{120'000};
  /// How long the server may take to notice that a client has gone: until then the client misses
  /// events, too.
  std::chrono::milliseconds notice_time{65'000};
  bool skip_middlewares = true;
  std::size_t sessions = 100'000;
  std::size_t log_packets = 100'000;
  std::size_t log_bytes = 16 * 1024 * 1024;
  /// Less than what a slow client may leave unread, or events would be dropped.
  std::size_t replay_bytes = 4 * 1024 * 1024;
};

/// What a socket needs to come back.
struct SocketSession {
  std::string private_id;
  /// The number of the first event that it can have received.
  std::uint64_t begin = 0;
  /// The number of the first broadcast that can have been for it.
  std::uint64_t member_from = 0;
  /// The number behind the last event that was sent to it, whether it has arrived or not.
  std::uint64_t sent_until = 0;
  /// The number of the first event that its loop was to deliver to it, since it is at that loop.
  std::uint64_t here_from = 0;
  RoomHistory rooms{};
  bool recovered = false;
  /// When the server noticed that the connection was lost, and the number of the next event then.
  TimePoint lost_at{};
  std::uint64_t lost_number = 0;
  /// With a store: where it has begun, or the offset of the last event that its client has handled.
  HistoryPosition begun_at{};
};

/// One that has lost its connection.
struct KeptSession {
  std::string id;
  std::unique_ptr<SocketSession> session;
  std::shared_ptr<SocketData> data;
  /// It may belong to another namespace, so it does not replace what middlewares check.
  bool needs_middlewares = false;
};

class History {
 public:
  /// `prefix` begins the offsets.
  History(const RecoveryLimits& limits, std::string prefix);

  const PacketLog& log() const { return log_; }
  /// Logs an event, whose text has the log's next offset. `to` is the id of the only socket that gets it;
  /// otherwise it is for the sockets that the options name.
  void add(TimePoint now, PreparedEvents events, detail::BroadcastOptions options, std::string to);

  void keep(KeptSession kept);
  /// Takes a session, unless it is too late. It can be taken once.
  std::optional<KeptSession> take(std::string_view private_id, TimePoint now);

  // --- Events before `end`, which is a number ---

  /// The number of the first event that the client may have missed. It has handled the one with
  /// `offset`, or none if that is empty. Nothing if the log may not have all that it has missed.
  std::optional<std::uint64_t> first_missed(const SocketSession& session, std::string_view id,
                                            std::string_view offset, std::uint64_t end);
  /// Whether the log has every event from that number on, and those that were for the socket are not
  /// too many to be sent at once.
  bool has_all(const SocketSession& session, std::string_view id, std::uint64_t number,
               std::uint64_t end);
  /// Calls `use(PreparedEvents&)` for each event from that number on that was for the socket.
  void for_each_missed(const SocketSession& session, std::string_view id, std::uint64_t number,
                       std::uint64_t end, const std::function<void(PreparedEvents&)>& use);

  void sweep(TimePoint now);
  bool empty() const { return order_.empty() && log_.empty(); }
  void clear();
  /// The sessions that have been forgotten, with the application's objects.
  std::list<KeptSession> take_forgotten() { return std::exchange(forgotten_, {}); }

 private:
  void forget(std::list<KeptSession>::iterator kept);

  const std::chrono::milliseconds max_disconnection_duration_;
  const std::size_t sessions_;
  const std::size_t replay_bytes_;
  PacketLog log_;
  // In the order in which they were lost.
  std::list<KeptSession> order_;
  // By private id, which is the session's own.
  std::unordered_map<std::string_view, std::list<KeptSession>::iterator> kept_;
  std::list<KeptSession> forgotten_;
};

}  // namespace socketio::core
