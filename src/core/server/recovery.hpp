// SPDX-License-Identifier: MIT
// Recovery: what a namespace remembers of clients that have lost their connection, so that they may
// come back as if they had never left: who they were, and what they have missed.
//
// A client proves who it is by its private id, and tells the offset of the last event that it has
// handled. It is recovered only if nothing is missing: each event that it should have received since
// is in the log.
//
// With a SessionStore, sessions and events are not kept here, but where every server finds them.
//
// Life cycle: made with its namespace -> close(). Shared, so that its timer finds it. Loop's thread.
#pragma once

#include "base/loop.hpp"
#include "base/timing_wheel.hpp"
#include "codec/socketio/encoder.hpp"
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

namespace socketio::core {

class SocketState;

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
  RoomHistory rooms{};
  bool recovered = false;
  /// When the server noticed that the connection was lost, and the number of the next event then.
  TimePoint lost_at{};
  std::uint64_t lost_number = 0;
  /// With a store: where it has begun, or the offset of the last event that its client has handled.
  HistoryPosition begun_at{};
};

/// What a client says in its CONNECT when it wants to come back.
struct RecoveryClaim {
  /// `auth_text` is JSON, or empty.
  explicit RecoveryClaim(std::string_view auth_text);
  std::string private_id;
  std::string offset;
};

/// One that has lost its connection.
struct KeptSession {
  std::string id;
  std::unique_ptr<SocketSession> session;
  std::shared_ptr<SocketData> data;
  /// It may belong to another namespace, so it does not replace what middlewares check.
  bool needs_middlewares = false;
};

class Recovery : public std::enable_shared_from_this<Recovery> {
 public:
  /// `encoder` and `nsp`, the name of the namespace, are used until close().
  Recovery(Loop& loop, const RecoveryLimits& limits, parser::Encoder& encoder, std::string_view nsp,
           std::shared_ptr<SessionStore> store);

  bool skips_middlewares() const { return limits_.skip_middlewares; }
  const PacketLog& log() const { return log_; }
  /// Whether sessions and events are kept in a store. Then nothing is added to the log, and clients
  /// come back by take_shared() and read_missed().
  bool is_shared() const { return store_ != nullptr; }

  // --- Events ---

  /// Logs an event for the sockets that the options name. Returns its text with its offset.
  std::string add(const WrittenEvent& event, const detail::BroadcastOptions& options);
  /// The same for one socket.
  std::string add_for(const std::string& id, const WrittenEvent& event, Compress compress);

  // --- Sockets ---

  /// Gives a new socket its private id.
  std::unique_ptr<SocketSession> begin(SocketState& socket);
  /// A socket has come back with its session.
  void resume(SocketState& socket, const SocketSession& session);
  /// The socket has ended.
  void end(const SocketSession& session) { live_.erase(session.private_id); }
  /// The socket with that private id whose end has not been noticed yet; null if there is none.
  SocketState* find(std::string_view private_id) const;
  /// The connection has been lost.
  void keep(KeptSession kept);
  /// The same for a session that had been taken, and has not begun again.
  void put_back(KeptSession kept);
  /// Takes a session, unless it is too late. It can be taken once.
  std::optional<KeptSession> take(std::string_view private_id);

  /// The number of the first event that the client may have missed. It has handled the one with
  /// `offset`, or none if that is empty. Nothing if the log may not have all that it has missed.
  std::optional<std::uint64_t> first_missed(const SocketSession& session, std::string_view id,
                                            std::string_view offset);
  /// Whether the log has every event from that number on, and those that were for the socket are not
  /// too many to be sent at once.
  bool has_all(const SocketSession& session, std::string_view id, std::uint64_t number);
  /// Calls `use(PreparedEvents&)` for each event from that number on that was for the socket.
  void for_each_missed(const SocketSession& session, std::string_view id, std::uint64_t number,
                       const std::function<void(PreparedEvents&)>& use);

  // --- With a store ---

  /// A socket begins to receive events.
  void begin_shared(SocketSession& session) const { session.begun_at = store_->position(); }
  /// Takes the session that the client claims.
  void take_shared(const RecoveryClaim& claim,
                   std::function<void(std::optional<KeptSession>)> taken);
  /// Reads what a client has missed that is in these rooms. It has to become a member of them before
  /// `read` returns. Nothing if that cannot be known.
  void read_missed(const SocketSession& session, std::vector<std::string> rooms,
                   std::function<void(std::optional<std::vector<PreparedEvents>>)> read);

  /// Forgets everything, when the loop ends.
  void close();
  /// For contain().
  void on_exception() noexcept { loop_.report_exception(); }

 private:
  std::string add_entry(const WrittenEvent& event, detail::BroadcastOptions options,
                        std::string to);
  void sweep();
  void arm();
  void forget(std::list<KeptSession>::iterator kept);
  void save(const KeptSession& kept);
  std::optional<KeptSession> kept_from(StoredSession stored, const RecoveryClaim& claim) const;

  Loop& loop_;
  const RecoveryLimits limits_;
  parser::Encoder& encoder_;
  const std::string_view nsp_;
  const std::shared_ptr<SessionStore> store_;
  PacketLog log_;
  std::unordered_map<std::string_view, SocketState*> live_;
  // In the order in which they were lost.
  std::list<KeptSession> order_;
  // By private id, which is the session's own.
  std::unordered_map<std::string_view, std::list<KeptSession>::iterator> kept_;
  MemberTimer<Recovery, &Recovery::sweep> sweep_timer_{*this};
  bool closed_ = false;
};

}  // namespace socketio::core
