// SPDX-License-Identifier: MIT
// Manager: the one connection that all namespaces of a client share: opens it, opens it again when
// it breaks, routes packets to sockets (the JavaScript client's Manager).
//
// Life cycle: closed -> opening -> open -> lost -> waiting -> opening ... -> ended. What each state
// knows is in its struct; end() is final, and close_now() is its part that any thread may do. A
// connection that was closed may still flush while the next one opens. Thread: everything but what
// says otherwise runs on the loop, inside the gate.
#pragma once

#include "base/connector.hpp"
#include "codec/json/document.hpp"
#include "codec/socketio/decoder.hpp"
#include "core/client/backoff.hpp"
#include "core/client/connection_status.hpp"
#include "core/client/gate.hpp"
#include "core/client/packet_parser.hpp"
#include "core/handler_table.hpp"
#include "engine/client/session.hpp"

#include <socketio/client_socket.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
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
    if (!ended()) use(events_);
  }
  /// A handler of the client's own threw: the error hook of its first socket is notified.
  void report(const std::exception_ptr& exception, std::string_view event = "connection") noexcept;
  /// Nothing is sent any more. Pending acknowledgements fail and handlers are released; no user
  /// code is called afterwards.
  void close_now();

  // --- Loop ---

  /// Sends what waits, and DISCONNECT to namespaces whose server has nothing left to handle; then
  /// close_now(). drop() has to follow.
  void end();
  /// Closes what end() left flushing.
  void drop();
  /// Called when the last connection is gone and none is to come.
  void set_idle_hook(std::function<void()> hook) { idle_hook_ = std::move(hook); }
  bool is_idle() const;

  /// What the coroutines of its handlers belong to.
  void set_task_loop(std::shared_ptr<detail::TaskLoop> loop) { task_loop_ = std::move(loop); }
  const std::shared_ptr<detail::TaskLoop>& task_loop() const { return task_loop_; }

  // --- Loop, for sockets ---

  Loop& loop() { return loop_; }
  const ManagerOptions& options() const { return options_; }
  bool is_open() const { return std::holds_alternative<Open>(state_); }
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
  /// No ping came in time, and no timer has noticed yet: the connection ends in this turn.
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

  /// There is no connection, and none comes by itself.
  struct Closed {};
  /// The connection is gone, and handlers are being notified of it. Then reconnection begins,
  /// unless one of them disconnects; one that connects leaves it to the reconnection: opened at
  /// once, a server that refuses would be asked again and again without a pause.
  struct Lost {
    bool reconnects = true;
  };
  /// The reconnection timer is armed.
  struct Waiting {};
  struct Opening {
    bool is_reconnection = false;
    std::shared_ptr<Connection> connection{};  // null while it is being made
  };
  struct Open {
    std::shared_ptr<Connection> connection;
  };
  /// Until it is closed, the connection stays.
  struct Ended {
    std::shared_ptr<Connection> connection{};
  };
  using State = std::variant<Closed, Lost, Waiting, Opening, Open, Ended>;
  using Sockets = std::vector<std::shared_ptr<ClientSocketState>>;

  template <class T>
  bool is() const {
    return std::holds_alternative<T>(state_);
  }
  bool ended() const { return is<Ended>(); }
  /// Of the state, or null.
  std::shared_ptr<Connection> connection() const;
  bool is_current(const Connection& connection) const;

  /// What waits for the server to handle something else is sent, but no DISCONNECT.
  void flush_sections();
  void open(Opening opening);
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
  void stop_reconnecting();
  /// Lost, and all handlers have been notified.
  void on_loss_notified();
  void on_reconnect_timer();
  /// Closes the connection, which may go on flushing, on the way to state `next`.
  void retire_connection(State next);
  void forget(const Connection& connection);
  void notify_error(const Sockets& sockets, const ConnectionError& error);
  void notify_if_idle();
  template <class List, class... Args>
  void notify(const List& list, const Args&... args);
  /// Calls on the loop now or later.
  void perform(void (Manager::*action)());
  void connect_now();
  void disconnect_all_now();

  Loop& loop_;
  Connector& connector_;
  const std::shared_ptr<Gate> gate_;
  std::shared_ptr<detail::TaskLoop> task_loop_;
  ManagerOptions options_;
  Backoff backoff_;
  engine::ClientSession::Memory memory_;
  PacketParser packets_;
  Events events_;
  Sockets sockets_;
  State state_;
  std::vector<std::shared_ptr<Connection>> closing_;  // that flush, or wait for the server
  std::uint64_t section_ = 1;
  TimePoint last_sent_ = TimePoint::min();
  const std::shared_ptr<ConnectionStatus> status_ = std::make_shared<ConnectionStatus>();
  std::function<void()> idle_hook_;
  MemberTimer<Manager, &Manager::on_open_timeout> open_timer_{*this};
  MemberTimer<Manager, &Manager::on_reconnect_timer> reconnect_timer_{*this};
  MemberTimer<Manager, &Manager::on_broken> broken_timer_{*this};
};

}  // namespace socketio::core
