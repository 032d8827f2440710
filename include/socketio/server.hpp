// SPDX-License-Identifier: MIT
// Server: a Socket.IO server (protocol 5 over Engine.IO 4). It is its main namespace "/", plus what
// concerns all.
//
//   socketio::Server io;
//   io.on_connection([](socketio::Socket socket) { socket.on("hello", [](std::string name) { return
//   "hi " + name; }); }); io.listen(3001); io.run();
//
// Life cycle: construct, register, listen() (may be repeated), run() until stop(); or hand it an
// io_context of your own (<socketio/asio.hpp>). Destroying it closes everything at once; run() on
// another thread has returned then, or returns once the handler that destroys it has. exit() ends
// what still runs, waiting up to three seconds for a handler.
//
// Threads: run() makes the calling thread the loop's; stop() and close() from anywhere; sending as
// in socket.hpp; everything else, of(), listen(), http() and engine_clients_count() included,
// before run(), or on the loop. What ends something waits for the handler that is running, not for
// those of events that were read with it: they are dropped.
#pragma once

#include <socketio/http.hpp>
#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <variant>
#include <vector>

namespace socketio {

namespace server {
class ServerState;
}

/// Cross-origin requests (the `cors` option of the JavaScript server). Off unless `origins` says
/// something. A WebSocket from another origin than this server's own that a list, pattern or
/// predicate does not allow is refused with 403; browsers do not check those. It concerns
/// ServerOptions::path only: routes of http() set their own headers.
struct CorsOptions {
  /// One that throws refuses, and the error hook of "/" is told.
  using Predicate = std::function<bool(std::string_view origin)>;
  /// "*" alone (anybody), exact origins, patterns, or a predicate. A pattern has to match the whole
  /// origin ("https://example.org"), unlike a RegExp of JavaScript, which may match a part of it.
  struct Origins {
    Origins() = default;
    Origins(const char* origin) : exact{origin} {}
    Origins(std::string origin) : exact{std::move(origin)} {}
    Origins(std::initializer_list<std::string> origins) : exact(origins) {}
    Origins(std::vector<std::string> origins) : exact(std::move(origins)) {}
    Origins(std::regex pattern) : patterns{std::move(pattern)} {}
    template <class F>
    requires std::is_invocable_r_v<bool, F&, std::string_view> Origins(F allowed)
        : predicate(std::move(allowed)) {}
    std::vector<std::string> exact;
    std::vector<std::regex> patterns;
    Predicate predicate;
  };
  Origins origins{};
  /// Access-Control-Allow-Methods of preflights.
  std::vector<std::string> methods{"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"};
  std::vector<std::string> allowed_headers{};     ///< Empty: whatever the browser asks for.
  std::vector<std::string> exposed_headers{};     ///< Those of a response that a page may read.
  bool credentials = false;                       ///< A page may send cookies.
  std::optional<std::chrono::seconds> max_age{};  ///< How long a browser may keep a preflight.
};

/// What peers may cost; each limit is tested at its edge. docs/limits.md explains them.
struct Limits {
  std::size_t header_bytes = 16 * 1024;  ///< All header lines of a request.
  std::size_t header_count = 2000;       ///< Header lines of a request.
  std::size_t target_bytes = 16 * 1024;  ///< Path and query of a request.
  /// From the connection, or the first byte of a request, to its last header.
  std::chrono::milliseconds header_timeout{10'000};
  /// In which a body brings less than 1024 bytes per second.
  std::chrono::milliseconds body_timeout{30'000};
  /// From the headers of a request to the end of its body, however fast it comes.
  std::chrono::milliseconds request_timeout{300'000};
  std::chrono::milliseconds keep_alive_timeout{10'000};  ///< Between requests of one connection.
  std::size_t packets_per_payload = 100'000;             ///< Engine.IO packets of one POST.
  /// Frames of one WebSocket message. Nothing: one for each 64 bytes of max_payload_bytes, but at
  /// least 1024.
  std::optional<std::size_t> fragments_per_message{};
  std::size_t json_values = 500'000;                      ///< Values and keys of one packet.
  std::size_t attachments = 10;                           ///< Binary attachments of one packet.
  std::chrono::milliseconds attachments_timeout{30'000};  ///< From a packet to its last attachment.
  std::size_t namespaces_per_client = 32;                 ///< Joined at once.
  std::size_t namespace_name_bytes = 1'024;  ///< Of a namespace that a client asks for.
  std::size_t rooms_per_client = 1'024;      ///< Of one socket at once, its own not counted.
  std::size_t room_name_bytes = 1'024;
  std::size_t pending_acks = 10'000;  ///< Of one socket.
  std::size_t connections = 0;        ///< 0: as many as there are file descriptors.
  std::size_t sessions = 0;  ///< Engine.IO sessions; beyond, handshakes get 503. 0: no limit.
};

/// What happens to clients that do not read as fast as we send.
struct BackpressureOptions {
  std::size_t soft_limit_bytes = 1024 * 1024;       ///< Over it for stall_timeout: disconnected.
  std::size_t hard_limit_bytes = 16 * 1024 * 1024;  ///< Over it: disconnected at the next emit.
  std::chrono::milliseconds stall_timeout{10'000};  ///< Also for an HTTP response to be taken.
};

struct ServerOptions {
  std::string path = "/socket.io";  ///< Of all requests of Socket.IO; `http()` has the others.
  std::vector<std::string> transports{"polling", "websocket"};  ///< Those that clients may use.
  bool allow_upgrades = true;                                   ///< From polling to WebSocket.
  std::chrono::milliseconds ping_interval{25'000};              ///< From one ping to the next.
  std::chrono::milliseconds ping_timeout{20'000};               ///< From a ping to its pong.
  std::chrono::milliseconds upgrade_timeout{10'000};  ///< From an upgrade's begin to its end.
  /// Of an HTTP body, a WebSocket message, or a packet with its attachments. JavaScript:
  /// maxHttpBufferSize.
  std::size_t max_payload_bytes = 1'000'000;
  std::chrono::milliseconds connect_timeout{45'000};  ///< Until a client joins a namespace.
  CorsOptions cors{};                                 ///< Pages of other origins: off.
  /// A folder with the files of socket.io's `client-dist`, to serve them at `<path>/socket.io.js`
  /// and so on. Empty: off.
  std::string client_folder{};
  /// Decides on every handshake; a text refuses it, as the JavaScript server does: 403 with that
  /// message in JSON, a WebSocket 400 with the text alone.
  std::function<std::optional<std::string>(const HttpRequest&)> allow_request{};
  Limits limits{};                     ///< What peers may cost.
  BackpressureOptions backpressure{};  ///< Peers that read slowly.
};

class Server : public Namespace {
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
  /// new one can have its port, at once unless another thread runs this one. Any thread.
  void close();

  /// Engine.IO sessions, whatever namespaces they have joined.
  std::size_t engine_clients_count() const;
  /// What is served beside Socket.IO (http.hpp).
  Router& http();

  /// For <socketio/asio.hpp>.
  explicit Server(std::shared_ptr<server::ServerState> state);

 private:
  std::shared_ptr<server::ServerState> server_;
};

}  // namespace socketio
