// SPDX-License-Identifier: MIT
// Server: a Socket.IO server (protocol 5 over Engine.IO 4). It is its main namespace "/", plus what
// concerns all.
//
//   socketio::Server io;
//   io.on_connection([](socketio::Socket socket) {
//     socket.on("hello", [](std::string name) { return "hi " + name; });
//   });
//   io.listen(3001);
//   io.run();
//
// Life cycle: construct, register, listen() (may be repeated), run() until stop(); or hand it an
// io_context of your own (<socketio/asio.hpp>). Destroying it closes everything at once; run() on
// another thread has returned then, or returns once the handler that destroys it has. exit() ends
// what still runs, waiting up to three seconds for a handler.
//
// Threads: run() makes the calling thread the loop's; stop() and close() from anywhere, and every(),
// after() and post() (timer.hpp), too; sending as in socket.hpp; everything else, of(), listen(), http() and engine_clients_count() included,
// before run(), or on the loop. What ends something waits for the handler that is running, not for
// those of events that were read with it: they are dropped.
#pragma once

#include <socketio/hook.hpp>
#include <socketio/http.hpp>
#include <socketio/json.hpp>
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
  /// "TRANSPORT_MISMATCH". Of the server's own are the names "TOO_MANY_SESSIONS" (3) and
  /// "ORIGIN_NOT_ALLOWED" (4).
  json context;
};

class Server : public Namespace, public detail::RunsLater {
 public:
  /// Throws std::invalid_argument for a transport that there is not.
  explicit Server(ServerOptions options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The namespace of that name, made on first use; "admin" and "/admin" are the same.
  Namespace of(std::string_view name);
  /// Namespaces whose name matches as a whole are made when a client asks for one. Handlers
  /// registered on what this returns apply to all of them.
  Namespace of(const std::regex& pattern);
  Namespace of(std::function<bool(std::string_view name, const json& auth)> predicate);

  /// Listens on all addresses, IPv6 and IPv4; port 0 picks a free one. Returns the port. Throws
  /// std::system_error that names the address if it cannot (e.g. address already in use), and with
  /// Errc::closed after close(). `address` is an IP address or "localhost", which is 127.0.0.1:
  /// unlike Node.js, names are not looked up.
  std::uint16_t listen(std::uint16_t port);
  std::uint16_t listen(std::string_view address, std::uint16_t port);
  std::uint16_t listen(std::string_view address, std::uint16_t port, std::error_code& error);

  /// Runs the loop on this thread until stop().
  void run();
  /// The same as close(), after which run() returns. From any thread, and from signal handlers that
  /// Asio delivers.
  void stop();
  /// SIGINT and SIGTERM call stop(): what an executable wants.
  void stop_on_signals();

  /// Ends every client ("server shutting down") and every listener. Connections get up to five
  /// seconds to take what was sent last; so long run() goes on. The server cannot be used again; a
  /// new one can have its port, at once unless another thread runs this one. Timers are cancelled,
  /// and coroutines that sleep are destroyed. Any thread.
  void close();

  /// Engine.IO sessions, whatever namespaces they have joined.
  std::size_t engine_clients_count() const;
  /// What is served beside Socket.IO (http.hpp).
  Router& http();

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
  using RefusalHandler = std::function<void(const RefusedRequest&)>;
  void add_refusal_handler(RefusalHandler handler);

  std::shared_ptr<server::ServerState> server_;
};

}  // namespace socketio
