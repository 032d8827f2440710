// SPDX-License-Identifier: MIT
// Manager: the one connection that all namespaces of a client share. It opens the connection, opens
// it again when it breaks, and passes packets to sockets (the JavaScript client's Manager).
//
// Life cycle: closed -> opening -> open -> lost -> waiting -> opening ... -> ended. The data of
// each state is in its struct. end() is final; close_now() is the part of it that any thread may
// call. A closed connection may still be flushing while the next one opens. Thread: loop, inside
// the gate, except where stated otherwise.
#pragma once

#include "base/backoff.hpp"
#include "base/connector.hpp"
#include "codec/json/document.hpp"
#include "codec/socketio/decoder.hpp"
#include "core/client/client_protocol.hpp"
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
  // For a packet's payload.
  codec::JsonLimits json{};
  bool auto_connect = true;
  // For one attempt. 0: none.
  std::chrono::milliseconds timeout{20'000};
  bool reconnection = true;
  // 0: unlimited.
  std::size_t reconnection_attempts = 0;
  Backoff::Options backoff{};
  bool retry_refused = false;
  std::size_t offline_buffer_bytes = 16 * 1024 * 1024;
  std::size_t out_buffer_bytes = 64 * 1024 * 1024;
  std::size_t pending_acks = 10'000;
};

class Manager final : public ClientProtocol, public std::enable_shared_from_this<Manager> {
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
  ~Manager() override;

  // --- Any thread ---

  /// The socket of a namespace, made on first use. With auto_connect it joins.
  std::shared_ptr<ClientSocketState> socket(std::string_view nsp, const SocketOptions& options);
  void connect() override;
  void disconnect();
  /// Disconnects every socket.
  void leave() override;
  void set_query(engine::NamedValues query) override;
  void set_extra_headers(engine::NamedValues headers) override;
  /// Adds handlers with `use(Events&)`, unless the client has ended.
  template <class Use>
  void change_events(Use use) {
    const GateLock lock(*gate_);
    if (!ended()) use(events_);
  }
  /// Notifies the error hook of the first socket.
  void report(const std::exception_ptr& exception, std::string_view event) noexcept override;
  /// From now on nothing is sent and no user code is called. Pending acknowledgements fail and
  /// handlers are released.
  void close_now() override;

  // --- Loop ---

  /// Sends what is waiting, and DISCONNECT to each namespace in which the server has nothing left
  /// to handle; then calls close_now(). drop() must follow.
  void end() override;
  void drop() override;
  void set_idle_hook(std::function<void()> hook) override { idle_hook_ = std::move(hook); }
  bool is_idle() const;

  void set_task_loop(std::shared_ptr<detail::TaskLoop> loop) override {
    task_loop_ = std::move(loop);
  }
  const std::shared_ptr<detail::TaskLoop>& task_loop() const { return task_loop_; }

  // --- Loop, for sockets ---

  Loop& loop() { return loop_; }
  const ManagerOptions& options() const { return options_; }
  bool is_open() const { return std::holds_alternative<Open>(state_); }
  /// Whether ManagerOptions::reconnection_attempts allows another attempt.
  bool may_try_again(const Backoff& backoff) const;
  /// Opens the connection, unless the reconnection is going to do so.
  void ensure_open();
  /// A socket has left. After the last one, the connection closes.
  void on_left();
  bool writable() const;
  /// Whether ManagerOptions::out_buffer_bytes allows so many bytes more.
  bool has_room(std::size_t bytes) const;
  /// Updates ConnectionStatus with the bytes that the server has not read.
  void count_queued_bytes();
  /// True if no ping has arrived in time and no timer has noticed yet. The connection ends
  /// in this turn.
  bool heartbeat_expired();
  /// The number of the current section. The server is certain to have handled everything in a
  /// section before it reads the first packet of the next one.
  std::uint64_t section() const { return section_; }
  void begin_section();
  /// Whether the sockets' on_separated() is still to come.
  bool is_between_sections() const;
  /// `text` is the payload as JSON, or empty.
  EmitResult send(parser::PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                  std::string_view text, const std::vector<Bytes>& attachments, Compress compress);
  /// Ends a connection whose server violates the protocol.
  void refuse(std::string_view why);
  /// For contain(): reports the exception. The connection ends soon, but not from inside the
  /// caller, and the next one is opened as after any other failure.
  void on_exception() noexcept;

 private:
  class Connection;

  /// There is no connection, and none will be opened until somebody asks.
  struct Closed {};
  /// The connection has closed, and the handlers are being notified. Reconnection follows, unless
  /// a handler disconnects. If a handler connects, that is left to the reconnection: connecting at
  /// once would try a server that refuses again and again without a pause.
  struct Lost {
    bool reconnects = true;
  };
  /// The reconnection timer is armed.
  struct Waiting {};
  struct Opening {
    bool is_reconnection = false;
    // Null while it is being made.
    std::shared_ptr<Connection> connection{};
  };
  struct Open {
    std::shared_ptr<Connection> connection;
  };
  /// Keeps the connection until it has closed.
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
  /// The connection of the current state, or null.
  std::shared_ptr<Connection> connection() const;
  bool is_current(const Connection& connection) const;

  /// Sends what is held back until the server has handled something else, except DISCONNECT.
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
  /// The connection is lost, and all handlers have been notified.
  void on_loss_notified();
  void on_reconnect_timer();
  /// Closes the connection, which may continue to flush, and enters the state `next`.
  void retire_connection(State next);
  void forget(const Connection& connection);
  void notify_error(const Sockets& sockets, const ConnectionError& error);
  void notify_if_idle();
  template <class List, class... Args>
  void notify(const List& list, const Args&... args);
  /// Calls `action` on the loop, at once or later.
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
  // Connections that flush or wait for the server.
  std::vector<std::shared_ptr<Connection>> closing_;
  std::uint64_t section_ = 1;
  TimePoint last_sent_ = TimePoint::min();
  const std::shared_ptr<ConnectionStatus> status_ = std::make_shared<ConnectionStatus>();
  std::function<void()> idle_hook_;
  MemberTimer<Manager, &Manager::on_open_timeout> open_timer_{*this};
  MemberTimer<Manager, &Manager::on_reconnect_timer> reconnect_timer_{*this};
  MemberTimer<Manager, &Manager::on_broken> broken_timer_{*this};
};

}  // namespace socketio::core
