// SPDX-License-Identifier: MIT
// ServerBase: what socketio::Server (server.hpp) and engine::Server (engine_server.hpp) have in common:
// listening, running, ending, and HTTP. Both say more about their life cycle and threads.
#pragma once

#include <socketio/engine.hpp>
#include <socketio/hook.hpp>
#include <socketio/http.hpp>
#include <socketio/json.hpp>
#include <socketio/listen_options.hpp>
#include <socketio/pending.hpp>
#include <socketio/timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace socketio {

struct Metrics;
namespace server {
class ServerState;
}

/// A request for the path of the server that was refused (the reference's event "connection_error").
struct RefusedRequest {
  HttpRequest request;
  /// 0 "Transport unknown", 1 "Session ID unknown", 2 "Bad handshake method", 3 "Bad request", 4
  /// "Forbidden", 5 "Unsupported protocol version".
  int code = 3;
  std::string message;  ///< As above.
  /// An object with what is known beside that, as in JavaScript: `transport`, `sid`, `method`,
  /// `protocol`, `message` of ServerOptions::allow_request, or a `name` such as
  /// "TRANSPORT_MISMATCH", "MIDDLEWARE_FAILURE" or "ID_GENERATION_ERROR". Of the
  /// server's own are the names "TOO_MANY_SESSIONS" (3), "TOO_MANY_HANDSHAKES" (3) and
  /// "ORIGIN_NOT_ALLOWED" (4).
  json context;
};

/// What ServerBase::closed() completes with.
struct Closed {};

class ServerBase : public detail::RunsLater {
 public:
  ServerBase(const ServerBase&) = delete;
  ServerBase& operator=(const ServerBase&) = delete;

  /// Listens on all addresses, IPv6 and IPv4; port 0 selects a free one. Returns the port.
  /// Throws std::system_error, whose message contains the address, if it cannot listen (e.g.
  /// address already in use), and with Errc::closed after close() or drain(). `address` is an IP address or
  /// "localhost", which is 127.0.0.1; unlike in Node.js, names are not resolved.
  std::uint16_t listen(std::uint16_t port);
  std::uint16_t listen(std::string_view address, std::uint16_t port);
  std::uint16_t listen(std::string_view address, std::uint16_t port, std::error_code& error);
  std::uint16_t listen(const ListenOptions& options);
  std::uint16_t listen(const ListenOptions& options, std::error_code& error);

  /// Serves one request on a connection that an HTTP server of your own has accepted: its socket, which
  /// is this server's from now on, and what was read from it since that request began. It ends with
  /// the response, unless that is an upgrade, so that the next request comes to your server again.
  /// Any thread. Throws std::system_error for a descriptor that is no stream socket, or listens; it
  /// stays yours.
  void accept(int descriptor, std::string received = {});

  /// Runs the loop on this thread until stop().
  void run();
  /// Does what close() does; then run() returns. May be called from any thread, and from signal
  /// handlers that Asio calls.
  void stop();
  /// SIGINT and SIGTERM call stop(), which is what an executable wants.
  void stop_on_signals();
  /// The first of them calls drain(), the second one stop().
  void stop_on_signals(std::chrono::milliseconds drain);

  /// Closes every client ("server shutting down") and every listener. Connections have up to
  /// five seconds to receive what was sent last, and run() continues that long. The server
  /// cannot be used again. A new one can use its port, at once unless another thread runs this
  /// one. Timers are cancelled, and sleeping coroutines are destroyed. Any thread.
  void close();
  /// Completes when the server has been closed and its last connection has ended: on the loop, just
  /// before run() returns; on your io_context, when nothing of the server is left there. If nobody runs
  /// the server, in close(), and at the latest in the destructor. Waits for that, and does not close:
  /// ask before or after close(), on any thread. A coroutine that awaits it goes on then; it is
  /// destroyed when it sleeps after that.
  Pending<Closed> closed() const;

  /// Gives way to another server: closes every listener, so that the other one can have the port at
  /// once, and refuses new sessions. Those that there are go on until they are closed, one after
  /// another, evenly over `spread`; their clients come back by themselves, to the other server. When
  /// none is left, this does what close() does. close() and stop() may come earlier. Any thread.
  void drain(std::chrono::milliseconds spread);

  /// The number of Engine.IO sessions.
  std::size_t engine_clients_count() const;
  /// What the server has counted so far (metrics.hpp).
  Metrics metrics() const;
  /// The same as a page for Prometheus: `io.http().get("/metrics", io.metrics_handler())`. Whoever can
  /// reach the route can read it.
  HttpHandler metrics_handler() const;
  /// HTTP on the same port (http.hpp).
  Router& http();
  /// Requests and headers below Socket.IO (engine.hpp).
  Engine& engine();

  /// `[](const RefusedRequest& refused)`, before the request is answered; may be a coroutine. Those
  /// that a middleware refuses are not among them: they have a socket.
  template <class F>
  void on_connection_error(F handler) {
    add_refusal_handler(
        detail::make_hook<RefusalHandler>(std::move(handler), report_as("connection_error")));
  }

 protected:
  explicit ServerBase(std::shared_ptr<server::ServerState> state);
  ~ServerBase();
  server::ServerState& state() const { return *server_; }

 private:
  using RefusalHandler = std::function<void(const RefusedRequest&)>;
  void add_refusal_handler(RefusalHandler handler);

  const std::shared_ptr<server::ServerState> server_;
};

}  // namespace socketio
