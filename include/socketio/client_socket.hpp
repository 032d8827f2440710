// SPDX-License-Identifier: MIT
// ClientSocket: a client's part of one namespace. Threads and life cycle: client.hpp.
#pragma once

#include <socketio/acknowledgement.hpp>
#include <socketio/client_options.hpp>
#include <socketio/emitting.hpp>
#include <socketio/event_writer.hpp>
#include <socketio/handler.hpp>
#include <socketio/hook.hpp>
#include <socketio/json.hpp>
#include <socketio/outcome.hpp>
#include <socketio/pending.hpp>
#include <socketio/watcher.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace socketio {

namespace core {
class ClientSocketState;
class Manager;
}  // namespace core

/// Why a connection, or a namespace, is not there.
struct ConnectionError {
  /// As JavaScript says it: "xhr poll error", "websocket error", "timeout", …, or what the server's
  /// middleware said.
  std::string message;
  json data = nullptr;           ///< Of the server's refusal; null if there was none.
  std::error_code code{};        ///< The cause: of the system, of TLS, or socketio::Errc.
  std::uint16_t status = 0;      ///< Of the HTTP response that failed, or 0.
  std::string details{};         ///< The cause in words.
  std::uint16_t close_code = 0;  ///< Of the close frame with which the server ended a WebSocket.
};

namespace detail {

using Signal = std::function<void()>;
using CountHandler = std::function<void(std::size_t)>;
using ConnectionErrorHandler = std::function<void(const ConnectionError&)>;
using CloseHandler = std::function<void(DisconnectReason, const ConnectionError&)>;
using ClientErrorHook = std::function<void(const HandlerError&)>;

/// Tells the error hook what a coroutine has thrown; one for every event by that event's name. The
/// socket keeps its hooks, and so this.
struct ClientHookReport {
  std::weak_ptr<core::ClientSocketState> socket;
  const char* hook;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const Told&...) const {
    notify(hook, thrown);
  }
  void notify(std::string_view event, const std::exception_ptr& thrown) const;
  template <class... Told>
  std::shared_ptr<TaskLoop> loop(const Told&...) const {
    return loop_of(socket);
  }
  static std::shared_ptr<TaskLoop> loop_of(const std::weak_ptr<core::ClientSocketState>& socket);
};

/// The same for those that watch all events, by the event's name.
struct ClientWatcherReport {
  std::weak_ptr<core::ClientSocketState> socket;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const std::string& event,
                  const Told&...) const {
    ClientHookReport{socket, "any"}.notify(event, thrown);
  }
  template <class... Told>
  std::shared_ptr<TaskLoop> loop(const Told&...) const {
    return ClientHookReport::loop_of(socket);
  }
};

using ClientAnyWatcher = Watcher<std::string_view>;
using ClientAnyHandler = ClientAnyWatcher::Function;

/// The same for what concerns all sockets of a client.
struct ManagerHookReport {
  std::weak_ptr<core::Manager> manager;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const Told&...) const {
    notify(thrown);
  }
  void notify(const std::exception_ptr& thrown) const;
  template <class... Told>
  std::shared_ptr<TaskLoop> loop(const Told&...) const {
    return loop();
  }
  std::shared_ptr<TaskLoop> loop() const;
};

}  // namespace detail

class ClientSocketOperator;

/// One namespace of a client. A handle: cheap to copy; the Client keeps what it stands for. Once
/// the client is gone it is not connected, and does nothing.
///
/// emit() sends at once if connected, else when connected again, in order (within
/// ClientOptions::offline_buffer_bytes; beyond, the result is `dropped`). Volatile events
/// are not kept.
class ClientSocket : public detail::WithFlags<ClientSocket, ClientSocketOperator>,
                     public detail::EmitsToOne<ClientSocket> {
 public:
  /// A handle to nothing.
  ClientSocket() = default;
  explicit ClientSocket(std::shared_ptr<core::ClientSocketState> state)
      : state_(std::move(state)) {}

  /// The id that the server gave it, the same as there; empty while not connected.
  std::string id() const;
  const std::string& nsp() const;
  bool connected() const;
  /// Connected, or going to connect again by itself.
  bool active() const;
  /// The latest connection continued the one before: nothing was missed.
  bool recovered() const;
  /// "polling" or "websocket"; empty while there is no connection.
  std::string_view transport() const;

  /// Joins the namespace (again), for a socket that was disconnected or refused; asks for auth
  /// again if that threw or has not answered.
  void connect() const;
  /// Leaves it, at once for everybody here; final until connect(). The server hears of it when it
  /// has handled what was sent before: behind the answer to a polling request, or to a WebSocket
  /// ping, for which it has two seconds. What waits for a connection, or for the retries of what is
  /// in front of it, waits for the next connect().
  void disconnect() const;
  /// For the next connect().
  void set_auth(Auth auth) const;

  // --- Receiving ---

  /// Handlers are as a server's (handler.hpp), with a ClientSocket where those have a Socket.
  template <class F>
  HandlerId on(std::string event, F handler) const {
    return add_handler(std::move(event), detail::make_handler<ClientSocket>(std::move(handler)),
                       detail::HandlerTableRef::Times::always);
  }
  template <class F>
  HandlerId once(std::string event, F handler) const {
    return add_handler(std::move(event), detail::make_handler<ClientSocket>(std::move(handler)),
                       detail::HandlerTableRef::Times::once);
  }
  /// Takes off one handler, all of an event, or all of every event.
  void off(std::string_view event, HandlerId handler) const;
  void off(std::string_view event) const;
  void off() const;

  // Every function below, but for on_error's, may be a coroutine and may take less than shown.

  /// `[](std::string_view event, const json& arguments)`, before the handlers of the event; or with
  /// `const Arguments&`: undecoded, which is cheap however large they are. A third parameter
  /// `Ack<json>` acknowledges the event, unless its handler does so first.
  template <class F>
  HandlerId on_any(F handler) const {
    return add_any(watcher(std::move(handler)), detail::Position::back);
  }
  template <class F>
  HandlerId prepend_any(F handler) const {
    return add_any(watcher(std::move(handler)), detail::Position::front);
  }
  void off_any(HandlerId handler) const;
  void off_any() const;
  /// The same for what is emitted (not acknowledgements); there is nothing to acknowledge.
  template <class F>
  HandlerId on_any_outgoing(F handler) const {
    return add_any_outgoing(watcher(std::move(handler)), detail::Position::back);
  }
  template <class F>
  HandlerId prepend_any_outgoing(F handler) const {
    return add_any_outgoing(watcher(std::move(handler)), detail::Position::front);
  }
  void off_any_outgoing(HandlerId handler) const;
  void off_any_outgoing() const;

  // --- Life; each adds a handler that off_lifecycle() takes off ---

  /// `[]`
  template <class F>
  HandlerId on_connect(F handler) const {
    return add_connect(hook<detail::Signal>(std::move(handler), "connect"));
  }
  /// `[](const ConnectionError& error)`: the connection failed, or the server refused this
  /// namespace (then it is not tried again: active() is false).
  template <class F>
  HandlerId on_connect_error(F handler) const {
    return add_connect_error(
        hook<detail::ConnectionErrorHandler>(std::move(handler), "connect_error"));
  }
  /// `[](DisconnectReason why, const ConnectionError& cause)`
  template <class F>
  HandlerId on_disconnect(F handler) const {
    return add_disconnect(hook<detail::CloseHandler>(std::move(handler), "disconnect"));
  }
  /// `[](const HandlerError& error)`: a handler threw, or an event's arguments did not fit
  /// it. Without this, silence. What the Client's own handlers throw is told here too, to its
  /// first socket.
  template <class F>
  HandlerId on_handler_error(F handler) const {
    return add_error(detail::make_plain_hook<detail::ClientErrorHook>(std::move(handler)));
  }
  void off_lifecycle(HandlerId handler) const;

  friend bool operator==(const ClientSocket& a, const ClientSocket& b) {
    return a.state_ == b.state_;
  }

 private:
  friend class ClientSocketOperator;
  friend class detail::OperatorOfOne<ClientSocketOperator, ClientSocket>;
  friend class detail::WithFlags<ClientSocket, ClientSocketOperator>;
  friend class detail::EmitsToOne<ClientSocket>;
  template <class Wanted, class F>
  Wanted hook(F function, const char* name) const {
    return detail::make_hook<Wanted>(std::move(function), detail::ClientHookReport{state_, name});
  }
  template <class F>
  detail::ClientAnyHandler watcher(F function) const {
    return detail::ClientAnyWatcher::make(std::move(function), detail::ClientWatcherReport{state_});
  }
  ClientSocketOperator as_operator() const;
  EmitResult emit_encoded(detail::OutgoingEvent& event, const detail::EmitFlags& flags = {}) const;
  void emit_encoded_with_ack(detail::OutgoingEvent& event, const detail::EmitFlags& flags,
                             detail::AckCallback callback) const;
  void emit_encoded_with_ack(detail::OutgoingEvent& event, detail::AckCallback callback) const {
    emit_encoded_with_ack(event, {}, std::move(callback));
  }
  std::shared_ptr<detail::CompletionLoop> completion_loop() const;
  HandlerId add_handler(std::string event, detail::EventHandler handler,
                        detail::HandlerTableRef::Times times) const;
  HandlerId add_any(detail::ClientAnyHandler handler, detail::Position position) const;
  HandlerId add_any_outgoing(detail::ClientAnyHandler handler, detail::Position position) const;
  HandlerId add_connect(detail::Signal handler) const;
  HandlerId add_connect_error(detail::ConnectionErrorHandler handler) const;
  HandlerId add_disconnect(detail::CloseHandler handler) const;
  HandlerId add_error(detail::ClientErrorHook hook) const;

  std::shared_ptr<core::ClientSocketState> state_;
};

/// A socket with flags for the next emit. Immutable.
class ClientSocketOperator : public detail::OperatorOfOne<ClientSocketOperator, ClientSocket> {
 private:
  friend class ClientSocket;
  explicit ClientSocketOperator(ClientSocket socket) : OperatorOfOne(std::move(socket)) {}
};

inline ClientSocketOperator ClientSocket::as_operator() const {
  return ClientSocketOperator(*this);
}

}  // namespace socketio
