// SPDX-License-Identifier: MIT
// Client: a Socket.IO client (protocol 5 over Engine.IO 4). client_socket.hpp has the part for
// one namespace.
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
// Life cycle: construct, register handlers, then run it in one of four ways: run() on this thread,
// start() on a thread of its own, poll() now and then from a game's or GUI's loop, or on your own
// boost::asio::io_context (<socketio/asio.hpp>). Before that nothing is sent and no handler is
// called. Destroying it closes everything, from any thread and from its own handlers. It waits for
// a handler that is running on another thread, and no handler runs afterwards. It does not wait for
// the network: what was emitted before is sent if the connection can take it at once, as an idle
// WebSocket can. It is lost if it waits for a polling request that is underway, during an upgrade,
// or without a connection. After what was emitted in the last second the server sees a closed
// connection, not a disconnect. stop() followed by join() sends all of it, and then the disconnect.
// Acknowledgements that are missing fail (disconnected).
//
// Threads: handlers run one at a time, where the client runs. Everything may be called from any
// thread; socket(), and adding and removing handlers, wait for a running handler. A call from
// another thread that ends something takes effect after the running handler; events that were read
// together with its event are dropped.
//
// every(), after() and post() are in timer.hpp.
//
// exit() ends the clients that are still running, and waits up to three seconds for a handler.
#pragma once

#include <socketio/client_base.hpp>
#include <socketio/client_options.hpp>
#include <socketio/client_socket.hpp>
#include <socketio/hook.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace socketio {

class Client : public ClientBase {
 public:
  /// `url` is http, https, ws or wss. Its path is the namespace that socket() means. Its query is
  /// sent with every connection, together with ClientOptions::query, which wins if both contain
  /// a name. Throws std::invalid_argument for an invalid URL, proxy, transport or header, and
  /// std::system_error if a file in TlsOptions cannot be read.
  explicit Client(std::string_view url, ClientOptions options = {});

  /// The socket of the URL's namespace.
  ClientSocket socket();
  /// The socket of a namespace, made on first use ("admin" and "/admin" are the same). With
  /// auto_connect it joins as soon as the client runs.
  ClientSocket socket(std::string_view nsp);
  ClientSocket socket(std::string_view nsp, SocketOptions options);

  // --- The connection of all namespaces ---

  /// Closes the connection, and ends reconnection until connect().
  void disconnect();

  // Each of these functions may be a coroutine, and may take fewer parameters than shown.

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
};

}  // namespace socketio
