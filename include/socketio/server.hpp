// SPDX-License-Identifier: MIT
// Server: a Socket.IO server (protocol 5 over Engine.IO 4). It is its main namespace "/", plus
// everything that concerns all namespaces.
//
//   socketio::Server io;
//   io.on_connection([](socketio::Socket socket) {
//     socket.on("hello", [](std::string name) { return "hi " + name; });
//   });
//   io.listen(3001);
//   io.run();
//
// Life cycle: construct, register handlers, listen() (may be called several times), run() until
// stop(); or use your own io_context (<socketio/asio.hpp>). Destroying it closes everything at
// once. By then run() on another thread has returned; if a handler destroys the server, run()
// returns after that handler. exit() ends servers that are still running, and waits up to three
// seconds for a handler.
//
// Threads: run() makes the calling thread the loop's. stop(), close(), every(), after() and post()
// (timer.hpp) may be called from anywhere, sending functions as described in socket.hpp, and
// everything else, including of(), listen(), http() and engine_clients_count(), before run() or on
// the loop. A call that ends something waits for the running handler, but not for those of events
// that were read together with its event: they are dropped.
#pragma once

#include <socketio/engine.hpp>
#include <socketio/hook.hpp>
#include <socketio/http.hpp>
#include <socketio/json.hpp>
#include <socketio/listen_options.hpp>
#include <socketio/namespace.hpp>
#include <socketio/server_options.hpp>
#include <socketio/socket.hpp>
#include <socketio/timer.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace socketio {

namespace server {
class ServerState;
}

/// A request for Socket.IO that was refused (the reference's event "connection_error").
struct RefusedRequest {
  HttpRequest request;
  /// 0 "Transport unknown", 1 "Session ID unknown", 2 "Bad handshake method", 3 "Bad request", 4
  /// "Forbidden", 5 "Unsupported protocol version".
  int code = 3;
  std::string message;  ///< As above.
  /// An object with what is known beside that, as in JavaScript: `transport`, `sid`, `method`,
  /// `protocol`, `message` of ServerOptions::allow_request, or a `name` such as
  /// "TRANSPORT_MISMATCH", "MIDDLEWARE_FAILURE" or "ID_GENERATION_ERROR". Of the server's own are the names "TOO_MANY_SESSIONS" (3) and
  /// "ORIGIN_NOT_ALLOWED" (4).
  json context;
};

class Server : public Namespace, public detail::RunsLater {
 public:
  /// Throws std::invalid_argument for a transport that does not exist, for a cookie whose name, path
  /// or domain no cookie can have, and for a window of DeflateOptions that there cannot be.
  explicit Server(ServerOptions options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The namespace with that name, created on first use; "admin" and "/admin" are the same.
  Namespace of(std::string_view name);
  /// A namespace whose name matches completely is created when a client asks for it. Handlers
  /// registered on the result apply to all of these namespaces.
  Namespace of(const std::regex& pattern);
  Namespace of(std::function<bool(std::string_view name, const json& auth)> predicate);

  /// Listens on all addresses, IPv6 and IPv4; port 0 selects a free one. Returns the port.
  /// Throws std::system_error, whose message contains the address, if it cannot listen (e.g.
  /// address already in use), and with Errc::closed after close(). `address` is an IP address or
  /// "localhost", which is 127.0.0.1; unlike in Node.js, names are not resolved.
  std::uint16_t listen(std::uint16_t port);
  std::uint16_t listen(std::string_view address, std::uint16_t port);
  std::uint16_t listen(std::string_view address, std::uint16_t port, std::error_code& error);
  std::uint16_t listen(const ListenOptions& options);
  std::uint16_t listen(const ListenOptions& options, std::error_code& error);

  /// Runs the loop on this thread until stop().
  void run();
  /// Does what close() does; then run() returns. May be called from any thread, and from signal
  /// handlers that Asio calls.
  void stop();
  /// SIGINT and SIGTERM call stop(), which is what an executable wants.
  void stop_on_signals();

  /// Closes every client ("server shutting down") and every listener. Connections have up to
  /// five seconds to receive what was sent last, and run() continues that long. The server
  /// cannot be used again. A new one can use its port, at once unless another thread runs this
  /// one. Timers are cancelled, and sleeping coroutines are destroyed. Any thread.
  void close();

  /// The number of Engine.IO sessions, whatever namespaces they have joined.
  std::size_t engine_clients_count() const;
  /// HTTP besides Socket.IO (http.hpp).
  Router& http();
  /// What is below Socket.IO (engine.hpp).
  Engine& engine();

  /// `[](Namespace nsp)`: a namespace other than "/" has been created, by of() or because a pattern
  /// or predicate has admitted a client to it. May be a coroutine.
  template <class F>
  void on_new_namespace(F handler) {
    add_new_namespace_handler(
        detail::make_hook<NewNamespaceHandler>(std::move(handler), report_as("new_namespace")));
  }

  /// `[](const RefusedRequest& refused)`, before the request is answered; may be a coroutine. Those
  /// that a middleware refuses are not among them: they have a socket.
  template <class F>
  void on_connection_error(F handler) {
    add_refusal_handler(
        detail::make_hook<RefusalHandler>(std::move(handler), report_as("connection_error")));
  }

  /// For <socketio/asio.hpp>.
  explicit Server(std::shared_ptr<server::ServerState> state);

 private:
  using NewNamespaceHandler = std::function<void(Namespace)>;
  using RefusalHandler = std::function<void(const RefusedRequest&)>;
  void add_new_namespace_handler(NewNamespaceHandler handler);
  void add_refusal_handler(RefusalHandler handler);

  std::shared_ptr<server::ServerState> server_;
};

}  // namespace socketio
