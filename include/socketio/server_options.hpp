// SPDX-License-Identifier: MIT
// ServerOptions: what a server is made with. Defaults are those of the JavaScript server.
#pragma once

#include <socketio/http.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

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
  /// Of an HTTP body, a WebSocket message, or a packet with its attachments.
  /// JavaScript: maxHttpBufferSize.
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

}  // namespace socketio
