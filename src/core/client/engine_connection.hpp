// SPDX-License-Identifier: MIT
// EngineConnection: a client of plain Engine.IO: one session at a time, with the application's
// handlers. engine::Client is a handle to it.
//
// Life cycle: closed -> connect() -> opening -> open -> closing -> closed ... -> ended. Thread: loop,
// inside the gate, except where stated otherwise.
#pragma once

#include "base/connector.hpp"
#include "base/loop.hpp"
#include "core/client/client_protocol.hpp"
#include "core/client/gate.hpp"
#include "core/client/manager.hpp"
#include "core/handler_table.hpp"
#include "engine/client/session.hpp"

#include <socketio/client_socket.hpp>
#include <socketio/engine_message.hpp>
#include <socketio/outcome.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class EngineConnection final : public ClientProtocol,
                               private engine::ClientSessionHandler,
                               public std::enable_shared_from_this<EngineConnection> {
 public:
  struct Events {
    detail::HandlerList<detail::Signal> open;
    detail::HandlerList<std::function<void(engine::Message)>> message;
    detail::HandlerList<detail::CloseHandler> close;
    detail::HandlerList<std::function<void(std::string_view)>> upgrade;
    detail::HandlerList<detail::Signal> ping;
    detail::HandlerList<detail::Signal> drain;
    detail::HandlerList<detail::ClientErrorHook> error;
  };

  /// What concerns Socket.IO in the options has no effect.
  EngineConnection(Loop& loop, Connector& connector, std::shared_ptr<Gate> gate,
                   ManagerOptions options);
  ~EngineConnection() override;

  // --- Any thread ---

  void connect() override;
  /// Closes the connection in good order.
  void leave() override;
  EmitResult send(engine::Message message);
  std::string id() const;
  bool is_open() const;
  std::string_view transport() const;
  void set_query(engine::NamedValues query) override;
  void set_extra_headers(engine::NamedValues headers) override;
  /// Adds handlers with `use(Events&)`, unless the client has ended.
  template <class Use>
  void change_events(Use use) {
    const GateLock lock(*gate_);
    if (!ended_) use(events_);
  }
  void report(const std::exception_ptr& exception, std::string_view event) noexcept override;
  void close_now() override;

  // --- Loop ---

  void end() override;
  void drop() override;
  void set_idle_hook(std::function<void()> hook) override { idle_hook_ = std::move(hook); }
  void set_task_loop(std::shared_ptr<detail::TaskLoop> loop) override {
    task_loop_ = std::move(loop);
  }
  const std::shared_ptr<detail::TaskLoop>& task_loop() const { return task_loop_; }
  /// For contain(): reports the exception. The connection ends soon, but not from inside the caller.
  void on_exception() noexcept;

 private:
  /// A message that waits for the connection to open.
  struct Waiting {
    std::string data;
    bool is_binary;
  };

  void on_open(const engineio::Handshake& handshake) override;
  void on_text(std::string_view message) override;
  void on_binary(std::string_view message) override;
  void on_ping() override;
  void on_upgrade(engine::TransportName transport) override;
  void on_drain() override;
  void on_close(DisconnectReason reason, const engine::Failure& failure) override;

  void perform(void (EngineConnection::*action)());
  void connect_now();
  void close_session();
  EmitResult send_now(engine::Message message);
  EmitResult keep(engine::Message message);
  void on_open_timeout();
  void on_closed(DisconnectReason reason, const ConnectionError& error);
  /// Runs `work` inside the gate, unless the client has ended.
  template <class Work>
  void inside(Work work);
  template <class List, class... Told>
  void notify(const List& list, std::string_view what, const Told&... told);

  Loop& loop_;
  Connector& connector_;
  const std::shared_ptr<Gate> gate_;
  ManagerOptions options_;
  std::shared_ptr<detail::TaskLoop> task_loop_;
  engine::ClientSession::Memory memory_;
  Events events_;
  // Null if there is no connection.
  std::shared_ptr<engine::ClientSession> session_;
  std::vector<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  // Of messages that other threads have sent, and that the loop has not got yet.
  std::atomic<std::size_t> posted_bytes_ = 0;
  std::function<void()> idle_hook_;
  MemberTimer<EngineConnection, &EngineConnection::on_open_timeout> open_timer_{*this};
  bool ended_ = false;
};

}  // namespace socketio::core
