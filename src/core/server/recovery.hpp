// SPDX-License-Identifier: MIT
// Recovery: how a namespace on one loop lets clients come back: as sockets, with what they have missed.
// What it remembers is in a History: its own, or that of all loops of the server (SharedHistory). With a
// SessionStore, sessions and events are neither here nor there, but where every server finds them.
//
// Life cycle: made with its namespace -> attach() -> close(). Shared, so that its timer finds it.
// Loop's thread.
#pragma once

#include "base/loop.hpp"
#include "base/timing_wheel.hpp"
#include "codec/socketio/encoder.hpp"
#include "core/server/history.hpp"
#include "core/server/session_store.hpp"
#include "core/server/shared_history.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::engine {
class Session;
}  // namespace socketio::engine

namespace socketio::core {

class SocketState;

/// What a client says in its CONNECT when it wants to come back.
struct RecoveryClaim {
  /// `auth_text` is JSON, or empty.
  explicit RecoveryClaim(std::string_view auth_text);
  std::string private_id;
  std::string offset;
};

class Recovery : public std::enable_shared_from_this<Recovery> {
 public:
  /// `encoder` and `nsp`, the name of the namespace, are used until close(). At most one of `store` and
  /// `loops` is not null.
  Recovery(Loop& loop, const RecoveryLimits& limits, parser::Encoder& encoder, std::string_view nsp,
           std::shared_ptr<SessionStore> store, std::shared_ptr<SharedHistory> loops);
  ~Recovery();
  Recovery(const Recovery&) = delete;
  Recovery& operator=(const Recovery&) = delete;
  /// From now on other loops may close the connections of its sockets.
  void attach();

  bool skips_middlewares() const { return limits_.skip_middlewares; }
  /// The number of the next event.
  std::uint64_t next() const { return loops_ ? loops_->next() : own_.log().next(); }
  /// Whether sessions and events are kept in a store. Then nothing is added to the log, and clients
  /// come back by take_shared() and read_missed().
  bool is_shared() const { return store_ != nullptr; }
  /// Whether the history is that of all loops. Then events come with their offsets, and clients come
  /// back after close_former() and get read_logged().
  bool is_of_loops() const { return loops_ != nullptr; }
  /// Whether events are logged here when they are sent.
  bool logs_here() const { return !store_ && !loops_; }

  // --- Events ---

  /// Logs an event for the sockets that the options name. Returns its text with its offset.
  std::string add(const WrittenEvent& event, const detail::BroadcastOptions& options);
  /// The same for one socket.
  std::string add_for(const std::string& id, const WrittenEvent& event, Compress compress);
  /// An event of a history of all loops is about to be delivered. Returns the number behind it; 0 without
  /// such a history.
  std::uint64_t begin_delivery();

  // --- Sockets ---

  /// Gives a new socket its private id.
  std::unique_ptr<SocketSession> begin(SocketState& socket);
  /// A socket has come back with its session.
  void resume(SocketState& socket, const SocketSession& session);
  /// The socket has ended.
  void end(const SocketSession& session);
  /// A client is here with this private id, on the connection `own`: closes the connection of the socket
  /// here whose end has not been noticed yet.
  void close_former_here(std::string_view private_id, const engine::Session* own);
  /// The same on whichever loop. Calls `closed` later.
  void close_former(const std::string& private_id, std::function<void()> closed);
  /// The connection has been lost.
  void keep(KeptSession kept);
  /// The same for a session that had been taken, and has not begun again.
  void put_back(KeptSession kept);
  /// Takes a session, unless it is too late. It can be taken once.
  std::optional<KeptSession> take(std::string_view private_id);

  /// As of History, up to the events that have been delivered here. Nothing and false also if this loop
  /// has dropped one that it has not come to yet.
  std::optional<std::uint64_t> first_missed(const SocketSession& session, std::string_view id,
                                            std::string_view offset);
  bool has_all(const SocketSession& session, std::string_view id, std::uint64_t number);
  /// For one that logs here.
  void for_each_missed(const SocketSession& session, std::string_view id, std::uint64_t number,
                       const std::function<void(PreparedEvents&)>& use);
  /// The same events, if has_all().
  std::optional<std::vector<PreparedEvents>> read_logged(const SocketSession& session,
                                                         std::string_view id, std::uint64_t number);

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
  /// Calls `use(History&, std::uint64_t next)`, and destroys what has been forgotten.
  template <class Use>
  void with(Use use);
  void sweep();
  void arm();
  void put(KeptSession kept);
  /// Tells the other loops of ends, when the handlers that are called at an end have been.
  void settle_later();
  void settle();
  void save(const KeptSession& kept);
  std::optional<KeptSession> kept_from(StoredSession stored, const RecoveryClaim& claim) const;

  Loop& loop_;
  const RecoveryLimits limits_;
  parser::Encoder& encoder_;
  const std::string_view nsp_;
  const std::shared_ptr<SessionStore> store_;
  const std::shared_ptr<SharedHistory> loops_;
  // That store or these loops; or null.
  SessionPlaces* const places_;
  History own_;
  std::unordered_map<std::string_view, SocketState*> live_;
  // What settle() is to tell.
  std::vector<KeptSession> ended_;
  std::vector<std::string> gone_;
  bool is_settling_ = false;
  MemberTimer<Recovery, &Recovery::sweep> sweep_timer_{*this};
  bool closed_ = false;
};

}  // namespace socketio::core
