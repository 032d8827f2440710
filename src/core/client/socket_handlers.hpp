// SPDX-License-Identifier: MIT
// SocketHandlers: the handlers that the user has registered on a client's socket, and the one way
// to call them.
//
// Invariant: whatever a handler throws is reported and goes no further. After end() no handler is
// called or kept.
//
// Life cycle: one per socket, until end(). Registering: any thread. Calling: loop's thread, inside
// the gate. report(): any thread.
#pragma once

#include "core/client/gate.hpp"
#include "core/handler_table.hpp"

#include <socketio/client_socket.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::core {

/// Everything that can be registered on a client's socket.
struct ClientHandlers {
  detail::HandlerTable events;
  detail::HandlerList<detail::ClientAnyHandler> any;
  detail::HandlerList<detail::ClientAnyHandler> any_outgoing;
  detail::HandlerList<detail::Signal> connect;
  detail::HandlerList<detail::ConnectionErrorHandler> connect_error;
  detail::HandlerList<detail::CloseHandler> disconnect;
  detail::HandlerList<detail::ClientErrorHook> error;
};

class SocketHandlers {
 public:
  explicit SocketHandlers(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}

  /// Calls `use(ClientHandlers&)`.
  template <class Use>
  void change(Use use) {
    const GateLock lock(*gate_);
    if (!ended_) use(handlers_);
  }
  HandlerId add(std::string event, detail::EventHandler handler,
                detail::HandlerTableRef::Times times);
  const ClientHandlers& get() const { return handlers_; }

  /// Runs `use`, which calls user code.
  template <class Use>
  void call(std::string_view event, Use use) {
    if (ended_) return;
    try {
      use();
    } catch (...) {
      report(event, {}, std::current_exception());
    }
  }
  template <class List, class... Args>
  void notify(std::string_view event, const List& list, const Args&... args) {
    list.for_each([&](auto& handler) { call(event, [&] { handler(args...); }); });
  }
  void dispatch(std::string_view event, detail::Invocation& invocation) {
    handlers_.events.dispatch(event, invocation);
  }
  /// Notifies the error hook, on this thread.
  void report(std::string_view event, std::string_view message,
              const std::exception_ptr& exception) noexcept;

  /// Nothing is called from now on.
  void end() { ended_ = true; }
  bool ended() const { return ended_; }
  /// Hands the handlers to the caller, who destroys them.
  ClientHandlers release() { return std::exchange(handlers_, {}); }

 private:
  const std::shared_ptr<Gate> gate_;
  ClientHandlers handlers_;
  bool ended_ = false;
};

}  // namespace socketio::core
