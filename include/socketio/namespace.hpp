// SPDX-License-Identifier: MIT
// Namespace: a group of sockets that shares handlers and middlewares on one
// connection, `io.of("/admin")`.
//
// A handle: cheap to copy, and valid as long as the server. The namespace of an empty Socket has an
// empty name and does nothing. Handlers may be registered here once for all sockets, which saves a
// closure per connection (`nsp.on("chat", [](Socket& socket, Message m) { … })`), or on a socket.
//
// Threads: sending (everything that BroadcastOperator does), sockets_count(), and registering and
// removing handlers, from any thread; the rest before the server runs, or on its loop. What is
// registered while the server runs takes effect on the loop that registers it at once, and on others in
// their next turn. Each loop has a copy of every function.
#pragma once

#include <socketio/socket.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

class Namespace : public detail::WithFlags<Namespace, BroadcastOperator>,
                  public detail::EmitsToMany<Namespace> {
 public:
  explicit Namespace(std::shared_ptr<core::NamespaceState> state) : state_(std::move(state)) {}

  const std::string& name() const;
  /// Sockets connected to this server.
  std::size_t sockets_count() const;
  /// Of these, those of this loop; before the server runs, there are none. Loop only.
  std::vector<Socket> sockets() const;

  // --- Connections; each function may be a coroutine, and may take less than shown ---

  /// Connection middleware: `[](Socket& socket, Next next)`. next() continues,
  /// next(MiddlewareError{…}) refuses. What it emits to the socket reaches the client before the
  /// answer to its CONNECT. It may already join rooms and set data; broadcasts do not reach the
  /// socket yet, and disconnect() has no effect.
  template <class F>
  void use(F middleware) const {
    add_middleware(detail::make_hook<detail::ConnectionMiddleware>(std::move(middleware),
                                                                   detail::MiddlewareReport{}));
  }
  /// `[](Socket socket)`. A coroutine should register the socket's handlers before its first
  /// co_await: events may arrive during it.
  template <class F>
  void on_connection(F handler) const {
    add_connection_handler(detail::make_hook<detail::ConnectionHandler>(
        std::move(handler), detail::HookReport{"connection"}));
  }
  /// `[](Socket& socket, DisconnectReason reason)` for every socket.
  template <class F>
  void on_disconnecting(F handler) const {
    add_disconnecting(detail::make_hook<detail::DisconnectHandler>(
        std::move(handler), detail::HookReport{"disconnecting"}));
  }
  template <class F>
  void on_disconnect(F handler) const {
    add_disconnect(detail::make_hook<detail::DisconnectHandler>(std::move(handler),
                                                                detail::HookReport{"disconnect"}));
  }

  // --- Events of all sockets ---

  template <class F>
  HandlerId on(std::string event, F handler) const {
    return add_handler(std::move(event), detail::make_handler<Socket>(std::move(handler)),
                       detail::HandlerTableRef::Times::always);
  }
  /// Runs once for the whole namespace: the first event of any socket removes it, on whatever loop.
  template <class F>
  HandlerId once(std::string event, F handler) const {
    return add_handler(std::move(event), detail::make_handler<Socket>(std::move(handler)),
                       detail::HandlerTableRef::Times::once);
  }
  void off(std::string_view event, HandlerId handler) const;
  void off(std::string_view event) const;
  void off() const;
  /// `[](Socket& socket, std::string_view event, const json& arguments)`, or with `const
  /// Arguments&`: undecoded, which is cheap however large they are. A further parameter `Ack<json>`
  /// acknowledges the event, unless its handler does so first.
  template <class F>
  HandlerId on_any(F handler) const {
    return add_any(detail::make_any_hook(std::move(handler)), detail::Position::back);
  }
  template <class F>
  HandlerId prepend_any(F handler) const {
    return add_any(detail::make_any_hook(std::move(handler)), detail::Position::front);
  }
  void off_any(HandlerId handler) const;
  void off_any() const;
  template <class F>
  HandlerId on_any_outgoing(F handler) const {
    return add_any_outgoing(detail::make_any_hook(std::move(handler)), detail::Position::back);
  }
  template <class F>
  HandlerId prepend_any_outgoing(F handler) const {
    return add_any_outgoing(detail::make_any_hook(std::move(handler)), detail::Position::front);
  }
  void off_any_outgoing(HandlerId handler) const;
  void off_any_outgoing() const;
  /// `[](Socket& socket, const HandlerError& error)`: a handler threw, or an event's arguments did
  /// not fit it. The socket is empty if the error concerns none. Without this hook errors are
  /// dropped silently. It must not be a coroutine.
  template <class F>
  void on_handler_error(F handler) const {
    set_error_hook(detail::make_plain_hook<detail::ErrorHook>(std::move(handler)));
  }

  // --- Sending ---

  BroadcastOperator to(const Rooms& rooms) const { return everybody().to(rooms); }
  BroadcastOperator in(const Rooms& rooms) const { return everybody().to(rooms); }
  BroadcastOperator except(const Rooms& rooms) const { return everybody().except(rooms); }
  BroadcastOperator local() const { return everybody().local(); }
  Pending<FetchedSockets> fetch_sockets() const { return everybody().fetch_sockets(); }
  void sockets_join(const Rooms& rooms) const { everybody().sockets_join(rooms); }
  void sockets_leave(const Rooms& rooms) const { everybody().sockets_leave(rooms); }
  void disconnect_sockets(Close close = Close::socket) const {
    everybody().disconnect_sockets(close);
  }

  // --- Other servers of a cluster ---

  /// How many servers have this namespace, this one included (JavaScript: `adapter.serverCount()`).
  Pending<std::size_t> server_count() const;

  /// To the same namespace of all other servers, where handlers of on_server_side_emit() get it. Throws
  /// std::invalid_argument for a name that is reserved: connect, connection, new_namespace. The result
  /// is that of emit().
  template <class... Args>
  EmitResult server_side_emit(std::string_view event, Args&&... args) const {
    detail::OutgoingEvent outgoing = server_side_event(event, std::forward<Args>(args)...);
    return emit_server_side(outgoing);
  }
  /// What the other servers answer, each once. Those that have not answered in time, five seconds,
  /// are missing_nodes() of the result.
  template <class R = json, class... Args>
  Pending<Replies<R>> server_side_emit_with_ack(std::string_view event, Args&&... args) const {
    detail::OutgoingEvent outgoing = server_side_event(event, std::forward<Args>(args)...);
    Pending<Replies<R>> pending(completion_loop());
    auto replies = std::make_shared<Replies<R>>();
    emit_server_side_with_ack(
        outgoing,
        [replies](std::error_code error, const Value* answer) {
          replies->add(detail::decode_reply<R>(error, answer));
        },
        [replies, pending](MissingNodes missing) {
          replies->add(std::move(missing));
          pending.complete(std::move(*replies));
        });
    return pending;
  }
  /// `[](std::string name, int n)`: what another server has emitted. A returned value, or a trailing
  /// Ack, is this server's answer. A server with several loops gets it once.
  template <class F>
  HandlerId on_server_side_emit(std::string event, F handler) const {
    return add_server_side(std::move(event), detail::make_handler<void>(std::move(handler)));
  }
  void off_server_side_emit(std::string_view event, HandlerId handler) const;
  void off_server_side_emit(std::string_view event) const;

  friend bool operator==(const Namespace& a, const Namespace& b) { return a.is_same(b); }

 private:
  friend class detail::WithFlags<Namespace, BroadcastOperator>;
  friend class detail::EmitsToMany<Namespace>;
  BroadcastOperator everybody() const { return BroadcastOperator(state_); }
  BroadcastOperator as_operator() const { return everybody(); }
  EmitResult emit_encoded(detail::OutgoingEvent& event) const {
    return everybody().emit_encoded(event);
  }
  void emit_encoded_with_ack(detail::OutgoingEvent& event, detail::AckCallback each,
                             detail::AllCallback all) const {
    everybody().emit_encoded_with_ack(event, std::move(each), std::move(all));
  }
  std::shared_ptr<detail::CompletionLoop> completion_loop() const {
    return everybody().completion_loop();
  }
  template <class... Args>
  static detail::OutgoingEvent server_side_event(std::string_view event, Args&&... args) {
    require_server_side_name(event);
    return detail::OutgoingEvent(detail::OutgoingEvent::AckTag{}, event,
                                 std::forward<Args>(args)...);
  }
  static void require_server_side_name(std::string_view event);
  EmitResult emit_server_side(detail::OutgoingEvent& event) const;
  void emit_server_side_with_ack(detail::OutgoingEvent& event, detail::AckCallback each,
                                 detail::AllCallback all) const;
  HandlerId add_server_side(std::string event, detail::EventHandler handler) const;
  HandlerId add_handler(std::string event, detail::EventHandler handler,
                        detail::HandlerTableRef::Times times) const;
  void add_middleware(detail::ConnectionMiddleware middleware) const;
  void add_connection_handler(detail::ConnectionHandler handler) const;
  void add_disconnecting(detail::DisconnectHandler handler) const;
  void add_disconnect(detail::DisconnectHandler handler) const;
  HandlerId add_any(detail::AnyHandler handler, detail::Position position) const;
  HandlerId add_any_outgoing(detail::AnyHandler handler, detail::Position position) const;
  void set_error_hook(detail::ErrorHook hook) const;

  bool is_same(const Namespace& other) const;

  std::shared_ptr<core::NamespaceState> state_;
};

}  // namespace socketio
