// SPDX-License-Identifier: MIT
// SocketState: one client in one namespace. Socket is a handle to it.
//
// Life cycle: made by Connection when a CONNECT arrives; joining (middlewares run) -> connected
// -> ended. While it is joining it can do everything that it can do later, but broadcasts and
// disconnect() do not affect it. Handles keep it after its end, when it has released its client,
// rooms and handlers. User code is called only from here and from Connection, always through
// invoke(), and when the state is consistent. Loop's thread, except where stated otherwise.
#pragma once

#include "codec/socketio/decoder.hpp"
#include "codec/socketio/encoder.hpp"
#include "core/ack_table.hpp"
#include "core/event_peer.hpp"
#include "core/handler_table.hpp"
#include "core/server/prepared_events.hpp"
#include "core/server/recovery.hpp"
#include "core/server/room_index.hpp"
#include "engine/server/session.hpp"

#include <socketio/socket.hpp>

#include <any>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class Connection;
class EngineSocketState;
class NamespaceState;

class SocketState final : public EventPeer, public std::enable_shared_from_this<SocketState> {
 public:
  SocketState(std::shared_ptr<NamespaceState> nsp, Connection& connection, std::string id,
              std::string auth_text);
  /// One that comes back.
  SocketState(std::shared_ptr<NamespaceState> nsp, Connection& connection, KeptSession kept,
              std::string auth_text);
  ~SocketState() override;

  /// What the client gave with its CONNECT, as JSON.
  std::string_view auth_text() const {
    return auth_text_ ? std::string_view(*auth_text_) : std::string_view();
  }
  const std::string& id() const { return id_; }
  NamespaceState& nsp() { return *nsp_; }
  const std::shared_ptr<NamespaceState>& shared_nsp() const { return nsp_; }
  /// Null once it has ended.
  Connection* connection() { return connection_; }
  /// Any thread.
  bool connected() const { return life_.load(std::memory_order_acquire) == Life::connected; }
  std::string_view remote_address() const { return session_->opening().remote_address(); }
  const engine::Session& session() const { return *session_; }
  std::shared_ptr<EngineSocketState> engine_socket() const;
  /// Made when it is first requested, and kept.
  const Handshake& handshake();
  /// The same, for a caller that keeps it.
  Handshake make_handshake() const;
  std::any& data(const std::type_info& type);
  const json* json_data() const;

  // --- Connection state recovery; called by Connection ---

  /// Null if clients are not recovered.
  const SocketSession* recovery_session() const { return recovery_.get(); }
  bool recovered() const { return recovery_ && recovery_->recovered; }
  /// From now on it can be recovered; or it joins the rooms of the session that it has come back with.
  void begin_recovery();
  /// The events before that number in the log have been sent to it, as far as they were for it.
  void note_sent(std::uint64_t log_end);
  /// It has come back too late after all.
  void lose_recovery();

  // --- Life cycle; called by Connection ---

  void become_connected();
  /// A packet of this namespace: event, ack or disconnect.
  void on_packet(const parser::Packet& packet);
  /// Leaves its rooms and the namespace, and calls the disconnect handlers. Later calls do nothing.
  void close(DisconnectReason reason);
  /// Ends a socket that a middleware has refused. It was never connected, so no handler is called;
  /// only pending acknowledgements fail.
  void discard();

  // --- Sending; any thread ---

  EmitResult emit(detail::OutgoingEvent& event, const detail::EmitFlags& flags);
  void emit_with_ack(detail::OutgoingEvent& event, const detail::EmitFlags& flags,
                     detail::AckCallback callback);
  void answer(std::uint64_t ack_id, detail::OutgoingEvent& arguments) override;
  void disconnect(Close close);
  /// Session::when_drained() for the client's session.
  void when_drained(std::function<void(bool)> drained);

  // --- Sending; loop ---

  EmitResult send_prepared(PreparedEvents& events, const detail::EmitFlags& flags);
  /// The same for broadcasts that have been collected, whose order is right already.
  EmitResult deliver(PreparedEvents& events) {
    if (has_ended()) return EmitResult::not_connected;
    if (session_->drops_newest() && !session_->takes_event(false)) return EmitResult::dropped;
    return session_->send_prepared(events);
  }
  /// For contain(): breaks off the session.
  void on_exception() noexcept;
  /// Closes the connection without allocating. The caller reports the reason.
  void break_off() noexcept { session_->break_off(); }
  /// Registers a pending acknowledgement. If there are too many, calls the callback and returns
  /// false. If this throws, the callback has been called as well.
  bool expect_ack(std::uint64_t id, const detail::AckCallback& callback,
                  std::optional<std::chrono::milliseconds> timeout);
  /// Sends an event that asks for the acknowledgement `id`, which fails if the event is dropped.
  void send_question(std::uint64_t id, PreparedEvents& events, const detail::EmitFlags& flags);
  /// Runs the handlers for outgoing events.
  void notify_outgoing(std::string_view json_text, const std::vector<Bytes>& attachments);

  // --- Rooms; loop ---

  /// False if a limit prevented it from joining one of them.
  bool join(std::span<const std::string> rooms);
  void leave(std::string_view room);
  void leave_all();
  std::vector<std::string> rooms() const;
  /// Used by RoomIndex.
  std::vector<Membership>& memberships() { return memberships_; }

  /// The position in NamespaceState::everybody.
  std::uint32_t position = 0;
  /// Used by LocalAdapter: the last broadcast that has visited this socket, and whether the socket
  /// is in the room with its own id.
  std::uint64_t broadcast_mark = 0;
  bool in_own_room = false;

  // --- Handlers; loop ---

  Handlers& handlers();
  void add_middleware(detail::PacketMiddleware middleware);
  void add_error_handler(detail::ErrorHandler handler);
  void notify_error(const MiddlewareError& error);
  void report(std::string_view event, std::exception_ptr exception) override;
  void report(std::string_view event, std::string message) override;
  std::shared_ptr<detail::TaskLoop> task_loop() override;

 private:
  enum class Life : std::uint8_t { joining, connected, ended };

  /// Data that most sockets do not need.
  struct Rare {
    Handlers handlers;
    std::vector<std::shared_ptr<detail::PacketMiddleware>> middlewares;
    detail::HandlerList<detail::ErrorHandler> error;
    AckTable acks;
    std::unique_ptr<const Handshake> handshake;
  };

  Rare& rare();
  bool may_join(std::string_view room) const;
  /// Keeps what it needs to come back, if it may.
  void keep_session(DisconnectReason reason);
  void end_recovery();
  bool has_ended() const { return life_.load(std::memory_order_acquire) == Life::ended; }
  void end();
  void release_handlers();
  void on_event(const parser::Packet& packet);
  void dispatch(std::string_view event, detail::Invocation& call);
  /// `ack` may be null.
  void redispatch(const Event& event, std::optional<std::uint64_t> ack_id,
                  const std::shared_ptr<detail::AckState>& ack);
  void run_any(const detail::HandlerList<detail::AnyHandler>& handlers, std::string_view event,
               detail::WatchedArguments& arguments);
  /// Returns the session for sending, after the broadcasts that must be sent first.
  engine::Session& sending();
  /// It has lost its connection, and may come back with what was emitted meanwhile.
  EmitResult emit_to_absent(detail::OutgoingEvent& event, const detail::EmitFlags& flags);
  /// The client is too slow for an event with these flags.
  bool must_drop(const detail::EmitFlags& flags);
  EmitResult send_event(std::optional<std::uint64_t> id, const parser::Payload& payload,
                        const std::vector<Bytes>& attachments, const detail::EmitFlags& flags);
  /// Measures how long it takes until `callback` is called with an answer.
  detail::AckCallback timed(detail::AckCallback callback);
  void send_ack(std::uint64_t id, const parser::Payload& payload,
                const std::vector<Bytes>& attachments);
  /// Runs `work(SocketState&)` on the loop, contained.
  template <class Work>
  void post(Work work);
  template <class Work>
  Loop::Task contained(Work work);
  template <class Call>
  void guarded(std::string_view event, Call call);

  // What each broadcast needs comes first, on as few cache lines as possible.
  std::atomic<Life> life_ = Life::joining;
  // Its handlers are being called.
  bool closing_ = false;
  bool may_come_back_ = false;
  // Keeps the opening request for handshake().
  std::shared_ptr<engine::Session> session_;
  std::shared_ptr<NamespaceState> nsp_;
  Connection* connection_;
  std::string id_;
  const std::unique_ptr<const std::string> auth_text_;  // null if it is empty
  std::vector<Membership> memberships_;
  std::unique_ptr<Rare> rare_;
  std::unique_ptr<SocketSession> recovery_;
  std::shared_ptr<SocketData> data_;
};

}  // namespace socketio::core
