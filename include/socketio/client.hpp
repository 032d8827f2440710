// SPDX-License-Identifier: MIT
// Client: a Socket.IO client (protocol 5 over Engine.IO 4), and ClientSocket: its part of one
// namespace.
//
//   socketio::Client client{"https://example.org", {.auth = json{{"token", token}}}};
//   socketio::ClientSocket socket = client.socket();
//   socket.on("news", [](std::string text) { std::cout << text << '\n'; });
//   socket.emit("hello", "world");          // sent once connected
//   client.run();                           // or start(), or poll()
//
// All namespaces of a Client share one connection, which is opened when the client first runs, is
// reopened when it breaks, and is closed when the last of its sockets has been disconnected. For a
// connection of their own, use another Client.
//
// Life cycle: construct, register handlers, then let it run in one of four ways: run() on this
// thread, start() on a thread of its own, poll() now and then from a game's or GUI's loop, or on a
// boost::asio::io_context of yours (<socketio/asio.hpp>). Before that nothing is sent and no
// handler is called. Destroying it closes everything, from any thread and from its own handlers; it
// waits for a handler that is running on another thread, and none runs afterwards. It does not wait
// for the network: what was emitted before leaves if the connection takes it at once, as an idle
// WebSocket does; over polling, what waits for a request that is underway is lost, and so it is
// during the upgrade and where there is no connection. Behind what was emitted in the last second
// the server hears of a closed connection, not of a disconnect. stop() and then join() see all of
// it off, and then the disconnect. Acknowledgements that are missing fail (disconnected).
//
// Threads: handlers run one after another, where the client runs. Everything may be called from any
// thread; socket(), and adding and taking off handlers, wait for a handler that is running. What
// ends something from another thread takes effect behind the handler that is running, and events
// that were read with it are dropped.
//
// exit() ends the clients that still run, waiting up to three seconds for a handler.
#pragma once

#include <socketio/acknowledgement.hpp>
#include <socketio/client_options.hpp>
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
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

namespace core {
class ManagedSocket;
class Manager;
}  // namespace core
namespace client {
class ClientState;
}

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
  std::weak_ptr<core::ManagedSocket> socket;
  const char* hook;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const Told&...) const {
    tell(hook, thrown);
  }
  void tell(std::string_view event, const std::exception_ptr& thrown) const;
};

/// The same for those that watch all events, by the event's name.
struct ClientWatcherReport {
  std::weak_ptr<core::ManagedSocket> socket;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const std::string& event,
                  const Told&...) const {
    ClientHookReport{socket, "any"}.tell(event, thrown);
  }
};

using ClientAnyWatcher = Watcher<std::string_view>;
using ClientAnyHandler = ClientAnyWatcher::Function;

/// The same for what concerns all sockets of a client.
struct ManagerHookReport {
  std::weak_ptr<core::Manager> manager;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const Told&...) const {
    tell(thrown);
  }
  void tell(const std::exception_ptr& thrown) const;
};

}  // namespace detail

class ClientSocketOperator;

/// One namespace of a client. A handle: cheap to copy; the Client keeps what it stands for. Once
/// the client is gone it is not connected, and does nothing.
class ClientSocket {
 public:
  /// A handle to nothing.
  ClientSocket() = default;
  explicit ClientSocket(std::shared_ptr<core::ManagedSocket> state) : state_(std::move(state)) {}

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

  // --- Sending ---

  /// Sent at once if connected, else when connected again, in order (within
  /// ClientOptions::offline_buffer_bytes; beyond, the result is `dropped`). Throws
  /// std::invalid_argument for a name that is reserved: connect, connect_error, disconnect,
  /// disconnecting, newListener, removeListener.
  template <class... Args>
  EmitResult emit(std::string_view event, const Args&... args) const {
    detail::OutgoingEvent outgoing(event, args...);
    return emit_encoded(outgoing, {});
  }
  /// The first argument of the server's acknowledgement; errors: timeout (with timeout() or
  /// ack_timeout), disconnected, bad_answer, …
  template <class R = json, class... Args>
  Pending<Reply<R>> emit_with_ack(std::string_view event, const Args&... args) const;

  /// Not sent, and not kept, unless the connection can send right now.
  ClientSocketOperator volatile_() const;
  ClientSocketOperator compress(Compress compress) const;
  ClientSocketOperator timeout(std::chrono::milliseconds timeout) const;

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
  /// `const Arguments&`: undecoded, which is cheap however large they are.
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
  /// The same for what is emitted (not acknowledgements).
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
  /// `[](const HandlerError& error)`: a handler threw, or an event's arguments did not fit it.
  /// Without this, silence. What the Client's own handlers throw is told here too, to its first
  /// socket.
  template <class F>
  HandlerId on_error(F handler) const {
    return add_error(detail::make_plain_hook<detail::ClientErrorHook>(std::move(handler)));
  }
  void off_lifecycle(HandlerId handler) const;

  friend bool operator==(const ClientSocket& a, const ClientSocket& b) {
    return a.state_ == b.state_;
  }

 private:
  friend class ClientSocketOperator;
  template <class Wanted, class F>
  Wanted hook(F function, const char* name) const {
    return detail::make_hook<Wanted>(std::move(function), detail::ClientHookReport{state_, name});
  }
  template <class F>
  detail::ClientAnyHandler watcher(F function) const {
    return detail::ClientAnyWatcher::make(std::move(function), detail::ClientWatcherReport{state_});
  }
  EmitResult emit_encoded(detail::OutgoingEvent& event, const detail::EmitFlags& flags) const;
  void emit_encoded_with_ack(detail::OutgoingEvent& event, const detail::EmitFlags& flags,
                             detail::AckCallback callback) const;
  std::shared_ptr<detail::CompletionLoop> completion_loop() const;
  HandlerId add_handler(std::string event, detail::EventHandler handler,
                        detail::HandlerTableRef::Times times) const;
  HandlerId add_any(detail::ClientAnyHandler handler, detail::Position position) const;
  HandlerId add_any_outgoing(detail::ClientAnyHandler handler, detail::Position position) const;
  HandlerId add_connect(detail::Signal handler) const;
  HandlerId add_connect_error(detail::ConnectionErrorHandler handler) const;
  HandlerId add_disconnect(detail::CloseHandler handler) const;
  HandlerId add_error(detail::ClientErrorHook hook) const;

  std::shared_ptr<core::ManagedSocket> state_;
};

/// A socket with flags for the next emit. Immutable.
class ClientSocketOperator {
 public:
  ClientSocketOperator volatile_() const;
  ClientSocketOperator compress(Compress compress) const;
  /// How long emit_with_ack waits, instead of ClientOptions::ack_timeout.
  ClientSocketOperator timeout(std::chrono::milliseconds timeout) const;

  template <class... Args>
  EmitResult emit(std::string_view event, const Args&... args) const {
    detail::OutgoingEvent outgoing(event, args...);
    return socket_.emit_encoded(outgoing, flags_);
  }
  template <class R = json, class... Args>
  Pending<Reply<R>> emit_with_ack(std::string_view event, const Args&... args) const {
    detail::OutgoingEvent outgoing(event, args...);
    Pending<Reply<R>> pending(socket_.completion_loop());
    socket_.emit_encoded_with_ack(outgoing, flags_,
                                  [pending](std::error_code error, const Value* arguments) {
                                    pending.complete(detail::decode_reply<R>(error, arguments));
                                  });
    return pending;
  }

 private:
  friend class ClientSocket;
  explicit ClientSocketOperator(ClientSocket socket) : socket_(std::move(socket)) {}
  ClientSocket socket_;
  detail::EmitFlags flags_;
};

template <class R, class... Args>
Pending<Reply<R>> ClientSocket::emit_with_ack(std::string_view event, const Args&... args) const {
  return ClientSocketOperator(*this).emit_with_ack<R>(event, args...);
}

class Client {
 public:
  /// `url`: http, https, ws or wss; its path is the namespace that socket() means, its query is
  /// sent with every connection, beside ClientOptions::query, which wins where both have a name.
  /// Throws std::invalid_argument for what is no such URL, proxy, transport or header, and
  /// std::system_error for what TlsOptions name and cannot be read.
  explicit Client(std::string_view url, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The socket of the URL's namespace.
  ClientSocket socket();
  /// The socket of a namespace, made on first use ("admin" and "/admin" are the same). With
  /// auto_connect it joins as soon as the client runs.
  ClientSocket socket(std::string_view nsp);
  ClientSocket socket(std::string_view nsp, SocketOptions options);

  // --- Running ---

  /// Runs on this thread until stop().
  void run();
  /// Runs on a thread of its own until stop() or destruction.
  void start();
  /// Handles what is ready now, and returns without waiting; how many things that were.
  std::size_t poll();
  /// Disconnects every socket and ends run() or the thread, as soon as the server has handled what
  /// was sent and taken the goodbyes, or after three seconds. A run() that has not begun yet ends
  /// at once.
  void stop();
  /// Waits until what start() began, or run() on another thread, has ended by stop().
  void join();
  /// SIGINT and SIGTERM call stop().
  void stop_on_signals();

  // --- The connection of all namespaces ---

  /// Opens it, for clients without auto_connect; else it opens by itself.
  void connect();
  /// Closes it, and ends reconnection until connect().
  void disconnect();
  /// The options may be changed; it counts from the next connection on. The URL's query stays.
  void set_query(std::vector<std::pair<std::string, std::string>> query);
  void set_extra_headers(std::vector<std::pair<std::string, std::string>> headers);

  // Each of these functions may be a coroutine, and may take less than shown.

  /// `[]`
  template <class F>
  void on_open(F handler) {
    add_open(hook<detail::Signal>(std::move(handler)));
  }
  /// `[](DisconnectReason why, const ConnectionError& cause)`
  template <class F>
  void on_close(F handler) {
    add_close(hook<detail::CloseHandler>(std::move(handler)));
  }
  /// `[](const ConnectionError& error)`: an attempt to connect failed.
  template <class F>
  void on_error(F handler) {
    add_error(hook<detail::ConnectionErrorHandler>(std::move(handler)));
  }
  template <class F>
  void on_ping(F handler) {
    add_ping(hook<detail::Signal>(std::move(handler)));
  }
  /// `[](std::size_t attempt)`
  template <class F>
  void on_reconnect_attempt(F handler) {
    add_reconnect_attempt(hook<detail::CountHandler>(std::move(handler)));
  }
  /// `[](std::size_t attempt)`
  template <class F>
  void on_reconnect(F handler) {
    add_reconnect(hook<detail::CountHandler>(std::move(handler)));
  }
  /// `[](const ConnectionError& error)`
  template <class F>
  void on_reconnect_error(F handler) {
    add_reconnect_error(hook<detail::ConnectionErrorHandler>(std::move(handler)));
  }
  template <class F>
  void on_reconnect_failed(F handler) {
    add_reconnect_failed(hook<detail::Signal>(std::move(handler)));
  }

  /// For <socketio/asio.hpp>.
  explicit Client(std::shared_ptr<client::ClientState> state);

 private:
  template <class Wanted, class F>
  Wanted hook(F function) {
    return detail::make_hook<Wanted>(std::move(function), report());
  }
  detail::ManagerHookReport report() const;
  void add_open(detail::Signal handler);
  void add_close(detail::CloseHandler handler);
  void add_error(detail::ConnectionErrorHandler handler);
  void add_ping(detail::Signal handler);
  void add_reconnect_attempt(detail::CountHandler handler);
  void add_reconnect(detail::CountHandler handler);
  void add_reconnect_error(detail::ConnectionErrorHandler handler);
  void add_reconnect_failed(detail::Signal handler);

  std::shared_ptr<client::ClientState> state_;
};

}  // namespace socketio
