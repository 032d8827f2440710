// SPDX-License-Identifier: MIT
// Manager: the one connection that all namespaces of a client share: opens it, opens it again when
// it breaks, routes packets to sockets (the JavaScript client's Manager).
//
// Life cycle: made -> closed <-> opening -> open; end() says goodbye and is final, abandon() is its
// part that any thread may do. A connection that was closed may still flush while the next one
// opens. Thread: everything but what says otherwise runs on the loop, inside the gate.
#pragma once

#include "base/connector.hpp"
#include "codec/json/document.hpp"
#include "codec/socketio/decoder.hpp"
#include "core/client/backoff.hpp"
#include "core/client/gate.hpp"
#include "core/client/packet_parser.hpp"
#include "core/handler_table.hpp"
#include "engine/client/session.hpp"

#include <socketio/client_socket.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class ClientSocketState;

struct ManagerOptions {
  engine::ClientOptions engine{};
  Parser parser = Parser::standard;
  parser::Limits packet{};
  codec::JsonLimits json{};  // of a packet's payload
  bool auto_connect = true;
  std::chrono::milliseconds timeout{20'000};  // of one attempt; 0: none
  bool reconnection = true;
  std::size_t reconnection_attempts = 0;  // 0: without end
  Backoff::Options backoff{};
  bool retry_refused = false;
  std::size_t offline_buffer_bytes = 16 * 1024 * 1024;
  std::size_t out_buffer_bytes = 64 * 1024 * 1024;
  std::size_t pending_acks = 10'000;
};

enum class CarriedBy : unsigned char { nothing, polling, websocket };

/// How the connection fares, for handles on any thread; only the loop writes it.
struct ConnectionStatus {
  std::atomic<CarriedBy> carried_by = CarriedBy::nothing;
  /// Bytes that the server has not taken, when the loop counted last.
  std::atomic<std::size_t> queued_bytes = 0;
};

class Manager final : public std::enable_shared_from_this<Manager> {
 public:
  struct Events {
    detail::HandlerList<detail::Signal> open;
    detail::HandlerList<detail::CloseHandler> close;
    detail::HandlerList<detail::ConnectionErrorHandler> error;
    detail::HandlerList<detail::Signal> ping;
    detail::HandlerList<detail::CountHandler> reconnect_attempt;
    detail::HandlerList<detail::CountHandler> reconnect;
    detail::HandlerList<detail::ConnectionErrorHandler> reconnect_error;
    detail::HandlerList<detail::Signal> reconnect_failed;
  };

  Manager(Loop& loop, Connector& connector, std::shared_ptr<Gate> gate, ManagerOptions options);
  ~Manager();

  // --- Any thread ---

  /// The socket of a namespace, made on first use; with auto_connect it joins.
  std::shared_ptr<ClientSocketState> socket(std::string_view nsp, const SocketOptions& options);
  void connect();
  void disconnect();
  /// Every socket leaves.
  void disconnect_all();
  void set_query(engine::NamedValues query);
  void set_extra_headers(engine::NamedValues headers);
  /// Adds handlers: `use(Events&)`, unless the client has ended.
  template <class Use>
  void change_events(Use use) {
    const GateLock lock(*gate_);
    if (!ended_) use(events_);
  }
  /// A handler of the client's own threw: its first socket tells.
  void report(const std::exception_ptr& exception) noexcept;
  /// Acknowledgements fail and handlers are released; no user code is called afterwards.
  void abandon();

  // --- Loop ---

  /// Says goodbye as far as nothing has to be waited for, then does what abandon() does. drop() has
  /// to follow.
  void end();
  /// Closes what end() left flushing.
  void drop();
  /// Called when the last connection is gone and none is to come.
  void set_idle_hook(std::function<void()> hook) { idle_hook_ = std::move(hook); }
  bool is_idle() const { return !connection_ && leaving_.empty() && !reconnecting_; }

  // --- Loop, for sockets ---

  Loop& loop() { return loop_; }
  const ManagerOptions& options() const { return options_; }
  bool is_open() const { return state_ == State::open; }
  /// Within ManagerOptions::reconnection_attempts.
  bool may_try_again(const Backoff& backoff) const;
  /// Opens, unless the reconnection does so anyway, in its time.
  void ensure_open();
  /// A socket has left: the last one closes the connection.
  void on_left();
  bool writable() const;
  /// Within ManagerOptions::out_buffer_bytes.
  bool has_room(std::size_t bytes) const;
  /// Counts what the server has not taken, for ConnectionStatus.
  void count_queued_bytes();
  /// No ping came in time, and no timer has told yet: the connection ends in this turn.
  bool heartbeat_expired();
  /// What the server has certainly handled before the next one's first packet reaches it.
  std::uint64_t section() const { return section_; }
  void begin_section();
  /// The sockets' on_separated() is to come.
  bool is_between_sections() const;
  /// `text` is the payload as JSON, or empty.
  EmitResult send(parser::PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                  std::string_view text, const std::vector<Bytes>& attachments, Compress compress);
  /// Ends a connection whose server breaks the protocol.
  void refuse(std::string_view why);
  /// For contain(): reports; the connection ends soon, not from inside the caller, and the next one
  /// is opened as after any other failure.
  void on_exception() noexcept;

 private:
  class Connection;
  enum class State : unsigned char { closed, opening, open };
  using Sockets = std::vector<std::shared_ptr<ClientSocketState>>;

  /// What waits for the server to handle something else is sent, but no DISCONNECT.
  void flush_sections();
  void open();
  void open_connection();
  void on_open();
  void on_separated();
  void on_message(Result<std::optional<parser::Packet>, parser::Errc> result);
  void on_packet(const parser::Packet& packet);
  void on_session_close(DisconnectReason reason, const engine::Failure& failure);
  void on_open_timeout();
  void on_broken();
  void fail(const ConnectionError& error);
  void on_closed(DisconnectReason reason, const ConnectionError& error);
  void close();
  void reconnect();
  void on_reconnect_timer();
  void retire_connection();
  void forget(const Connection& connection);
  void notify_error(const Sockets& sockets, const ConnectionError& error);
  void notify_if_idle();
  /// A handler that hears of the failure wants to connect: so will the reconnection.
  bool leaves_it_to_reconnection();
  template <class List, class... Args>
  void notify(const List& list, const Args&... args);
  /// Calls on the loop now or later.
  void perform(void (Manager::*action)());
  void connect_now();
  void disconnect_all_now();

  Loop& loop_;
  Connector& connector_;
  const std::shared_ptr<Gate> gate_;
  ManagerOptions options_;
  Backoff backoff_;
  engine::ClientSession::Memory memory_;
  PacketParser packets_;
  Events events_;
  Sockets sockets_;
  std::shared_ptr<Connection> connection_;
  std::vector<std::shared_ptr<Connection>> leaving_;
  std::uint64_t section_ = 1;
  TimePoint last_sent_ = TimePoint::min();
  const std::shared_ptr<ConnectionStatus> status_ = std::make_shared<ConnectionStatus>();
  std::function<void()> idle_hook_;
  MemberTimer<Manager, &Manager::on_open_timeout> open_timer_{*this};
  MemberTimer<Manager, &Manager::on_reconnect_timer> reconnect_timer_{*this};
  MemberTimer<Manager, &Manager::on_broken> broken_timer_{*this};
  State state_ = State::closed;
  bool reconnecting_ = false;       // an attempt is to come, or underway
  bool attempting_ = false;         // the connection that opens is such an attempt
  bool skip_reconnect_ = false;     // closed on purpose
  bool reconnect_follows_ = false;  // once what is being told has been heard
  bool expiring_ = false;           // heartbeat_expired() has said so of this connection
  bool ended_ = false;
};

}  // namespace socketio::core
