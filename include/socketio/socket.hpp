// SPDX-License-Identifier: MIT
// Socket: one client in one namespace, and BroadcastOperator: many of them.
//
// A Socket is a handle: cheap to copy, safe to keep. After the client has gone it still tells its
// id and data; emitting does nothing. Its handlers, and what they captured, are released when it
// disconnects, so capturing the socket in its own handlers is no leak.
//
// Threads: all handlers of one socket run one after another on its loop. emit, emit_with_ack,
// to()…emit, join, leave, disconnect and acks may be called from any thread; everything else
// belongs to the loop.
#pragma once

#include <socketio/acknowledgement.hpp>
#include <socketio/emitting.hpp>
#include <socketio/engine_socket.hpp>
#include <socketio/event_writer.hpp>
#include <socketio/handler.hpp>
#include <socketio/middleware.hpp>
#include <socketio/outcome.hpp>
#include <socketio/pending.hpp>

#include <any>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

namespace core {
class SocketState;
class NamespaceState;
}  // namespace core

class FetchedSockets;
class Namespace;
class RemoteSocket;

/// How the client introduced itself (Socket.IO server API, `socket.handshake`).
struct Handshake {
  /// Names in lower case. One that came several times is joined as in Node.js, with ", ", cookies
  /// with "; ", or is the first of them; lines of `set-cookie` are lines.
  std::map<std::string, std::string> headers;
  std::map<std::string, std::string> query;  ///< Of the first request.
  json auth = json::object();                ///< What the client gave as `auth`.
  std::string address;                       ///< Of the peer of the connection, without port.
  std::string url;                           ///< Target of the first request.
  std::int64_t issued_ms = 0;                ///< Milliseconds since 1970.
  std::string time;                          ///< The same as text.
  bool secure = false;                       ///< The connection is encrypted.
  bool xdomain = false;                      ///< The request had an Origin header.
};
/// With the names of JavaScript: `issued` for `issued_ms`.
void to_json(json& value, const Handshake& handshake);

/// Rooms as one or several strings.
class Rooms {
 public:
  Rooms(const char* room) : names_{room} {}
  Rooms(std::string_view room) : names_{std::string(room)} {}
  Rooms(std::string room) : names_{std::move(room)} {}
  Rooms(std::initializer_list<std::string> rooms) : names_(rooms) {}
  Rooms(std::vector<std::string> rooms) : names_(std::move(rooms)) {}
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

namespace detail {

/// Whom a broadcast reaches: the union of `rooms` (everybody if there are none) less those
/// in `except`.
struct BroadcastOptions {
  std::vector<std::string> rooms;
  std::vector<std::string> except;
  EmitFlags flags;
  friend bool operator==(const BroadcastOptions&, const BroadcastOptions&) = default;
};

}  // namespace detail

/// Many sockets of a namespace. Immutable: each call returns a new one. Thread-safe.
class BroadcastOperator : public detail::WithFlags<BroadcastOperator, BroadcastOperator>,
                          public detail::EmitsToMany<BroadcastOperator> {
 public:
  BroadcastOperator to(const Rooms& rooms) const;
  BroadcastOperator in(const Rooms& rooms) const { return to(rooms); }
  BroadcastOperator except(const Rooms& rooms) const;
  /// Only sockets of this node.
  BroadcastOperator local() const;

  Pending<FetchedSockets> fetch_sockets() const;
  void sockets_join(const Rooms& rooms) const;
  void sockets_leave(const Rooms& rooms) const;
  void disconnect_sockets(Close close = Close::socket) const;

 private:
  friend class Socket;
  friend class SocketOperator;
  friend class Namespace;
  friend class RemoteSocket;
  friend class RemoteSocketOperator;
  friend class detail::WithFlags<BroadcastOperator, BroadcastOperator>;
  friend class detail::WithFlags<Namespace, BroadcastOperator>;
  friend class detail::EmitsToMany<BroadcastOperator>;
  explicit BroadcastOperator(std::shared_ptr<core::NamespaceState> nsp) : nsp_(std::move(nsp)) {}
  BroadcastOperator as_operator() const { return *this; }
  detail::EmitFlags& flags() { return options_.flags; }
  EmitResult emit_encoded(detail::OutgoingEvent& event) const;
  void emit_encoded_with_ack(detail::OutgoingEvent& event, detail::AckCallback each,
                             detail::AllCallback all) const;
  std::shared_ptr<detail::CompletionLoop> completion_loop() const;

  std::shared_ptr<core::NamespaceState> nsp_;
  detail::BroadcastOptions options_;
};

class SocketOperator;

class Socket : public detail::WithFlags<Socket, SocketOperator>, public detail::EmitsToOne<Socket> {
 public:
  /// A handle to nothing: id() is empty, connected() false, and whatever is asked of it, it does
  /// nothing. Its data() is a thread's, for all such handles; its nsp() is nothing, too.
  Socket() = default;
  explicit Socket(std::shared_ptr<core::SocketState> state) : state_(std::move(state)) {}

  /// 20 characters; not the Engine.IO session id, which stays secret.
  const std::string& id() const;
  bool connected() const;
  /// It has come back after it had lost its connection, with its id, rooms and data, and it gets what
  /// it has missed (ServerOptions::connection_state_recovery).
  bool recovered() const;
  /// Made when it is first asked for, and kept as long as the socket. Loop's thread only.
  const Handshake& handshake() const;
  Namespace nsp() const;
  /// "polling" or "websocket".
  std::string_view transport() const;
  std::string remote_address() const;
  /// The connection, which the client's sockets in other namespaces share (`conn` in JavaScript).
  engine::Socket conn() const;
  /// The request that opened the connection, without a body.
  HttpRequest request() const;
  /// Bytes that wait for a slow peer, in the form in which they travel.
  std::size_t queued_bytes() const;

  /// The application's own data, made on first use; one object for each type. The json one, an
  /// object at first, is what fetch_sockets() shows.
  template <class T = json>
  T& data() const {
    std::any& slot = data_slot(typeid(T));
    if (!slot.has_value()) {
      if constexpr (std::is_same_v<T, json>) {
        slot = json::object();
      } else {
        slot.template emplace<T>();
      }
    }
    return *std::any_cast<T>(&slot);
  }

  // --- Rooms ---

  /// False if the limit of rooms per client is reached (from another thread: always true).
  bool join(const Rooms& rooms) const;
  void leave(std::string_view room) const;
  /// Also the room with its own id. The socket still receives what is emitted to everybody.
  void leave_all() const;
  /// Its own id included.
  std::vector<std::string> rooms() const;

  // --- Sending ---

  /// Others in the rooms: this socket is left out.
  BroadcastOperator to(const Rooms& rooms) const;
  BroadcastOperator in(const Rooms& rooms) const { return to(rooms); }
  BroadcastOperator except(const Rooms& rooms) const;
  BroadcastOperator broadcast() const;
  BroadcastOperator local() const;

  /// Completes when nothing that was sent to this client waits any more, in whichever namespace:
  /// with true; or with false when its connection has ended. All has then been handed to the operating
  /// system, or to a poll's answer. For who could send more than the client reads. Any thread.
  ///
  ///   for (const Bytes& chunk : file) {
  ///     socket.emit("chunk", chunk);
  ///     if (!co_await socket.drained()) co_return;
  ///   }
  Pending<bool> drained() const;

  void disconnect(Close close = Close::socket) const;

  // --- Receiving ---

  template <class F>
  HandlerId on(std::string event, F handler) const {
    return table().add(std::move(event), detail::make_handler<Socket>(std::move(handler)),
                       detail::HandlerTableRef::Times::always);
  }
  template <class F>
  HandlerId once(std::string event, F handler) const {
    return table().add(std::move(event), detail::make_handler<Socket>(std::move(handler)),
                       detail::HandlerTableRef::Times::once);
  }
  /// Takes off one handler, all of an event, or all of every event.
  void off(std::string_view event, HandlerId handler) const { table().remove(event, handler); }
  void off(std::string_view event) const { table().remove(event); }
  void off() const { table().remove_all(); }

  // Every function below may be a coroutine, may take the socket as its first parameter, and may
  // take less than shown.

  /// `[](std::string_view event, const json& arguments)`, before the handlers of the event; or with
  /// `const Arguments&`: undecoded, which is cheap however large they are. A third parameter
  /// `Ack<json>` acknowledges the event, unless its handler does so first.
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
  /// The same for what is sent to this socket (not acknowledgements); there is nothing to
  /// acknowledge.
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

  /// Packet middleware: `[](Event& event, Next next)`; next(MiddlewareError{…}) drops the event and
  /// calls on_error.
  template <class F>
  void use(F middleware) const {
    add_middleware(detail::make_hook<detail::PacketMiddleware>(std::move(middleware),
                                                               detail::MiddlewareReport{}));
  }
  /// `[](const MiddlewareError& error)`: a packet middleware refused an event; or the client sent
  /// something that is no packet, with the reference's message, before its connection is closed.
  template <class F>
  void on_error(F handler) const {
    add_error_handler(
        detail::make_hook<detail::ErrorHandler>(std::move(handler), detail::HookReport{"error"}));
  }
  /// `[](DisconnectReason reason)`; rooms are still populated in on_disconnecting.
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

  friend bool operator==(const Socket& a, const Socket& b) { return a.state_ == b.state_; }

 private:
  friend class SocketOperator;
  friend class detail::OperatorOfOne<SocketOperator, Socket>;
  friend class detail::WithFlags<Socket, SocketOperator>;
  friend class detail::EmitsToOne<Socket>;
  friend std::shared_ptr<detail::TaskLoop> detail::loop_of(const Socket& socket);
  friend void detail::report_exception(const Socket& socket, std::string_view event,
                                       std::exception_ptr exception);

  SocketOperator as_operator() const;
  EmitResult emit_encoded(detail::OutgoingEvent& event, const detail::EmitFlags& flags = {}) const;
  void emit_encoded_with_ack(detail::OutgoingEvent& event, const detail::EmitFlags& flags,
                             detail::AckCallback callback) const;
  void emit_encoded_with_ack(detail::OutgoingEvent& event, detail::AckCallback callback) const {
    emit_encoded_with_ack(event, {}, std::move(callback));
  }
  std::shared_ptr<detail::CompletionLoop> completion_loop() const;
  std::any& data_slot(const std::type_info& type) const;
  detail::HandlerTableRef table() const;
  HandlerId add_any(detail::AnyHandler handler, detail::Position position) const;
  HandlerId add_any_outgoing(detail::AnyHandler handler, detail::Position position) const;
  void add_middleware(detail::PacketMiddleware middleware) const;
  void add_error_handler(detail::ErrorHandler handler) const;
  void add_disconnecting(detail::DisconnectHandler handler) const;
  void add_disconnect(detail::DisconnectHandler handler) const;

  std::shared_ptr<core::SocketState> state_;
};

/// One socket with flags for the next emit. Immutable; thread-safe.
class SocketOperator : public detail::OperatorOfOne<SocketOperator, Socket> {
 public:
  BroadcastOperator to(const Rooms& rooms) const;
  BroadcastOperator in(const Rooms& rooms) const { return to(rooms); }
  BroadcastOperator except(const Rooms& rooms) const;
  BroadcastOperator broadcast() const;
  BroadcastOperator local() const;

 private:
  friend class Socket;
  explicit SocketOperator(Socket socket) : OperatorOfOne(std::move(socket)) {}
};

inline SocketOperator Socket::as_operator() const { return SocketOperator(*this); }

/// One socket of this node or another, with flags for the next emit. Immutable; thread-safe.
class RemoteSocketOperator : public detail::WithFlags<RemoteSocketOperator, RemoteSocketOperator>,
                             public detail::EmitsToOne<RemoteSocketOperator> {
 private:
  friend class RemoteSocket;
  friend class detail::WithFlags<RemoteSocketOperator, RemoteSocketOperator>;
  friend class detail::WithFlags<RemoteSocket, RemoteSocketOperator>;
  friend class detail::EmitsToOne<RemoteSocketOperator>;
  explicit RemoteSocketOperator(BroadcastOperator itself) : itself_(std::move(itself)) {}
  RemoteSocketOperator as_operator() const { return *this; }
  detail::EmitFlags& flags() { return itself_.flags(); }
  EmitResult emit_encoded(detail::OutgoingEvent& event) const {
    return itself_.emit_encoded(event);
  }
  void emit_encoded_with_ack(detail::OutgoingEvent& event, detail::AckCallback callback) const {
    // At the end, if nobody was asked; else it has been completed.
    itself_.emit_encoded_with_ack(event, callback, [callback](const MissingNodes& missing) {
      callback(missing.count == 0 ? Errc::not_connected : Errc::timeout, nullptr);
    });
  }
  std::shared_ptr<detail::CompletionLoop> completion_loop() const {
    return itself_.completion_loop();
  }

  BroadcastOperator itself_;
};

/// A socket as fetch_sockets() reports it, on this node or another: a snapshot with the means to
/// reach it. Thread-safe.
class RemoteSocket : public detail::WithFlags<RemoteSocket, RemoteSocketOperator>,
                     public detail::EmitsToOne<RemoteSocket> {
 public:
  std::string id;
  Handshake handshake;
  std::vector<std::string> rooms;
  json data = json::object();  ///< Its `data()`.

  void join(const Rooms& rooms_to_join) const { itself().sockets_join(rooms_to_join); }
  void leave(const Rooms& rooms_to_leave) const { itself().sockets_leave(rooms_to_leave); }
  void disconnect(Close close = Close::socket) const { itself().disconnect_sockets(close); }

 private:
  friend class BroadcastOperator;
  friend class detail::WithFlags<RemoteSocket, RemoteSocketOperator>;
  friend class detail::EmitsToOne<RemoteSocket>;
  BroadcastOperator itself() const { return BroadcastOperator(nsp_).to(id); }
  RemoteSocketOperator as_operator() const { return RemoteSocketOperator(itself()); }
  EmitResult emit_encoded(detail::OutgoingEvent& event) const {
    return as_operator().emit_encoded(event);
  }
  void emit_encoded_with_ack(detail::OutgoingEvent& event, detail::AckCallback callback) const {
    as_operator().emit_encoded_with_ack(event, std::move(callback));
  }
  std::shared_ptr<detail::CompletionLoop> completion_loop() const {
    return as_operator().completion_loop();
  }
  std::shared_ptr<core::NamespaceState> nsp_;
};

/// What fetch_sockets() has found, a vector; and of which nodes of the cluster nothing is known.
class FetchedSockets : public std::vector<RemoteSocket> {
 public:
  const MissingNodes& missing_nodes() const noexcept { return missing_nodes_; }

 private:
  friend class BroadcastOperator;
  MissingNodes missing_nodes_;
};

}  // namespace socketio
