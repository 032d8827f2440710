// SPDX-License-Identifier: MIT
// SocketState: one client in one namespace. What Socket is a handle to.
//
// Life cycle: made by Connection when a CONNECT arrives; joining (middlewares run) -> connected ->
// ended. While it joins it can do all that it can do later, but broadcasts and disconnect() pass it
// by. Handles keep it after its end, but it has let go of its client, rooms and handlers. User code
// is called from here and from Connection only, always through invoke(), when the state is
// consistent. Loop's thread, but for what says otherwise.
#pragma once

#include "codec/socketio/decoder.hpp"
#include "codec/socketio/encoder.hpp"
#include "core/ack_table.hpp"
#include "core/event_peer.hpp"
#include "core/handler_table.hpp"
#include "core/server/prepared_events.hpp"
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
#include <typeindex>
#include <unordered_map>
#include <vector>

namespace socketio::core {

class Connection;
class NamespaceState;

class SocketState final : public EventPeer, public std::enable_shared_from_this<SocketState> {
 public:
  SocketState(std::shared_ptr<NamespaceState> nsp, Connection& connection, std::string id,
              std::string auth_text);
  ~SocketState() override;

  const std::string& id() const { return id_; }
  NamespaceState& nsp() { return *nsp_; }
  const std::shared_ptr<NamespaceState>& shared_nsp() const { return nsp_; }
  /// Null once it has ended.
  Connection* connection() { return connection_; }
  /// Any thread.
  bool connected() const { return life_.load(std::memory_order_acquire) == Life::connected; }
  const std::string& remote_address() const { return session_->opening().remote_address; }
  /// Made when it is first asked for, and kept.
  const Handshake& handshake();
  /// The same for one who keeps it elsewhere.
  Handshake make_handshake() const;
  std::any& data(const std::type_info& type);
  const json* json_data() const;

  // --- Life, called by Connection ---

  void become_connected();
  /// A packet of this namespace: event, ack or disconnect.
  void on_packet(const parser::Packet& packet);  // the caller holds the socket
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

  // --- Sending; loop ---

  EmitResult send_prepared(PreparedEvents& events, const detail::EmitFlags& flags);
  /// The same for broadcasts that have waited: they have kept the order already.
  void deliver(PreparedEvents& events) {
    if (!has_ended()) session_->send_prepared(events);
  }
  /// For contain(): the session breaks off.
  void on_exception() noexcept;
  /// Ends its connection without needing memory; who calls this reports why.
  void break_off() noexcept { session_->break_off(); }
  /// Registers an expected acknowledgement. False, and the callback has been called, if there are
  /// too many; it has been called as well if this throws.
  bool expect_ack(std::uint64_t id, const detail::AckCallback& callback,
                  std::optional<std::chrono::milliseconds> timeout);
  /// Sends what asks for the acknowledgement `id`, which fails if the event is dropped.
  void send_question(std::uint64_t id, PreparedEvents& events, const detail::EmitFlags& flags);
  /// Runs handlers for outgoing events.
  void notify_outgoing(std::string_view json_text, const std::vector<Bytes>& attachments);

  // --- Rooms; loop ---

  /// False if the limit kept it out of one of them.
  bool join(std::span<const std::string> rooms);
  void leave(std::string_view room);
  std::vector<std::string> rooms() const;
  /// RoomIndex's.
  std::vector<Membership>& memberships() { return memberships_; }

  /// Position in NamespaceState::everybody.
  std::uint32_t position = 0;
  /// LocalAdapter's: the last broadcast that has seen this socket, and whether it is in the room of
  /// its id.
  std::uint64_t broadcast_mark = 0;
  bool in_own_room = false;

  // --- Handlers; loop ---

  Handlers& handlers();
  void add_middleware(detail::PacketMiddleware middleware);
  void add_error_handler(detail::ErrorHandler handler);
  void report(std::string_view event, std::exception_ptr exception) override;
  void report(std::string_view event, std::string message) override;

 private:
  enum class Life : std::uint8_t { joining, connected, ended };

  /// What most sockets do not have.
  struct Rare {
    Handlers handlers;
    std::vector<std::shared_ptr<detail::PacketMiddleware>> middlewares;
    detail::HandlerList<detail::ErrorHandler> error;
    std::unordered_map<std::type_index, std::any> data;
    AckTable acks;
    std::unique_ptr<const Handshake> handshake;
  };

  Rare& rare();
  bool may_join(std::string_view room) const;
  bool has_ended() const { return life_.load(std::memory_order_acquire) == Life::ended; }
  void end();
  void release_handlers();
  void on_event(const parser::Packet& packet);
  void dispatch(std::string_view event, const parser::Packet& packet, const ValueArray& arguments);
  void redispatch(const Event& event, std::optional<std::uint64_t> ack_id);
  void run_any(const detail::HandlerList<detail::AnyHandler>& handlers, std::string_view event,
               detail::WatchedArguments& arguments);
  /// For who sends: what was broadcast before goes first.
  engine::Session& sending();
  EmitResult send_event(std::optional<std::uint64_t> id, const parser::Payload& payload,
                        const std::vector<Bytes>& attachments, const detail::EmitFlags& flags);
  void send_ack(std::uint64_t id, const parser::Payload& payload,
                const std::vector<Bytes>& attachments);
  /// Has `work(SocketState&)` done on the loop, contained.
  template <class Work>
  void post(Work work);
  template <class Call>
  void guarded(std::string_view event, Call call);

  std::shared_ptr<NamespaceState> nsp_;
  Connection* connection_;
  std::string id_;
  std::string auth_text_;
  std::shared_ptr<engine::Session> session_;  // keeps the opening request for handshake()
  std::vector<Membership> memberships_;
  std::unique_ptr<Rare> rare_;
  std::atomic<Life> life_ = Life::joining;
  bool closing_ = false;  // its handlers are being told
};

}  // namespace socketio::core
