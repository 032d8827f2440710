// SPDX-License-Identifier: MIT
// ServerOptions: what a server is made with. Defaults are those of the JavaScript server.
#pragma once

#include <socketio/adapter.hpp>
#include <socketio/http.hpp>
#include <socketio/parser.hpp>
#include <socketio/trust_proxy.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
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

/// Cross-origin requests (the `cors` option of the JavaScript server). Off unless `origins` is set.
/// Browsers do not check the origin of a WebSocket, so the server does: one from another origin
/// than its own that `origins` does not allow gets 403. These options apply to ServerOptions::path
/// only; routes of http() set their own headers.
struct CorsOptions {
  /// A predicate that throws refuses the origin, and the error hook of "/" is called.
  using Predicate = std::function<bool(std::string_view origin)>;
  /// "*" alone for every origin, exact origins, patterns, or a predicate. A pattern must match the
  /// whole origin ("https://example.org"); a RegExp in JavaScript may match a part of it.
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
  /// Sent as Access-Control-Allow-Methods in answers to preflights.
  std::vector<std::string> methods{"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"};
  std::vector<std::string> allowed_headers{};     ///< Empty: all that the browser asks for.
  std::vector<std::string> exposed_headers{};     ///< Response headers that a page may read.
  bool credentials = false;                       ///< Pages may send cookies.
  std::optional<std::chrono::seconds> max_age{};  ///< How long browsers may cache a preflight.
};

/// A cookie with the session's id, for load balancers that keep a client at one server (`cookie` in
/// JavaScript). It is set by the response to a handshake over long-polling, and the server itself
/// never reads it.
struct CookieOptions {
  enum class SameSite : unsigned char { unset, strict, lax, none };
  enum class Priority : unsigned char { unset, low, medium, high };
  std::string name = "io";                        ///< A token (RFC 9110 section 5.6.2).
  std::string path = "/";                         ///< Empty: no attribute.
  std::string domain{};                           ///< Empty: no attribute.
  std::optional<std::chrono::seconds> max_age{};  ///< Unset: until the browser ends.
  std::optional<std::chrono::system_clock::time_point> expires{};
  bool http_only = true;
  bool secure = false;
  bool partitioned = false;
  SameSite same_site = SameSite::lax;
  Priority priority = Priority::unset;
};

/// Compression of WebSocket messages (permessage-deflate, RFC 7692; `perMessageDeflate` in
/// JavaScript). It takes the loop's time and, for each connection that has sent and received
/// compressed messages, up to 310 KiB of memory: contexts, which are kept from one message to the
/// next. Without contexts it takes none between messages.
struct DeflateOptions {
  /// Shorter messages are not compressed, nor are those of more than 256 KiB: compressing them
  /// would hold up the other connections.
  std::size_t threshold_bytes = 1024;
  /// True: each message is compressed by itself. That takes more bytes and no memory, and
  /// a broadcast is compressed once for all.
  bool server_no_context_takeover = false;
  /// True: clients do so.
  bool client_no_context_takeover = false;
  /// Base-two logarithm of the window, 8 to 15: how far a compressor looks back, and how much
  /// memory it takes. Clients that cannot limit theirs are not compressed.
  std::uint8_t server_max_window_bits = 15;
  std::uint8_t client_max_window_bits = 15;
};

/// Content-Encoding of responses to polls, by the client's Accept-Encoding.
struct HttpCompressionOptions {
  bool enabled = true;
  std::size_t threshold_bytes = 1024;  ///< Shorter bodies are not compressed.
};

/// How much a peer may cost the server. Each limit is tested at the limit and one past it;
/// docs/limits.md explains them.
struct Limits {
  std::size_t header_bytes = 16 * 1024;  ///< All header lines of a request together.
  std::size_t header_count = 2000;       ///< Number of header lines of a request.
  std::size_t target_bytes = 16 * 1024;  ///< Path and query of a request.
  /// Time from the connection, or from the first byte of a request, to the end of its headers.
  std::chrono::milliseconds header_timeout{10'000};
  /// How long a body may arrive at less than 1024 bytes per second.
  std::chrono::milliseconds body_timeout{30'000};
  /// Time from the headers of a request to the end of its body, whatever the rate; and for the
  /// answer to a request behind which the client has sent too much (64 KiB).
  std::chrono::milliseconds request_timeout{300'000};
  /// How long a WebSocket message may arrive at less than 1024 bytes per second. 0: no limit.
  std::chrono::milliseconds message_timeout{30'000};
  std::chrono::milliseconds keep_alive_timeout{10'000};  ///< Idle time between requests.
  std::size_t packets_per_payload = 100'000;             ///< Engine.IO packets in one POST.
  /// Frames of one WebSocket message. By default one for each 64 bytes of max_payload_bytes, and
  /// at least 1024.
  std::optional<std::size_t> fragments_per_message{};
  std::size_t json_values = 500'000;                      ///< Values and keys in one packet.
  std::size_t attachments = 10;                           ///< Binary attachments of a packet.
  std::chrono::milliseconds attachments_timeout{30'000};  ///< From a packet to its last one.
  std::size_t namespaces_per_client = 32;                 ///< Joined at the same time.
  std::size_t namespace_name_bytes = 1'024;               ///< Name of a namespace asked for.
  /// Namespaces. While there are more, those that patterns and predicates have admitted end with
  /// their last clients, whatever `cleanup_empty_child_namespaces` says.
  std::size_t namespaces_kept = 1'000;
  std::size_t namespaces_in_metrics = 100;  ///< With numbers of their own in Metrics.
  std::size_t rooms_per_client = 1'024;     ///< Rooms of a socket besides its own.
  std::size_t room_name_bytes = 1'024;
  std::size_t pending_acks = 10'000;  ///< Acknowledgements that one socket waits for.
  /// Events from other threads and loops that wait for a loop. Further ones are dropped. 0: all.
  std::size_t posted_bytes = 64 * 1024 * 1024;
  std::size_t connections = 0;  ///< TCP connections. 0: limited by file descriptors only.
  std::size_t sessions = 0;     ///< Engine.IO sessions; further ones get 503. 0: no limit.
  /// Sessions of one address, or of one IPv6 /64; further ones get 503. 0: no limit.
  std::size_t sessions_per_address = 0;
  /// Handshakes that are accepted in a second, and at once after a rest; further ones get 503 with
  /// Retry-After. 0: no limit.
  std::size_t handshakes_per_second = 0;
  /// The same for those of one address, or of one IPv6 /64.
  std::size_t handshakes_per_second_per_address = 0;
  /// TCP connections of one address, or of one IPv6 /64; further ones are closed. With
  /// ListenOptions::proxy_protocol the client's own, otherwise a proxy's. 0: no limit.
  std::size_t connections_per_address = 0;
  /// Messages that a client may send in a second: a packet of Socket.IO, or one of its attachments.
  /// Beyond it, the client is disconnected. 0: no limit. rate_limit.hpp has limits for events.
  std::size_t messages_per_second = 0;
  /// Those at once after a rest. What a client has kept while it was offline comes at once, and so does
  /// what came while a handler held the loop. 0: those of ten seconds.
  std::size_t messages_burst = 0;
};

/// What happens to clients that read more slowly than the server sends.
struct BackpressureOptions {
  /// What happens to events for a client that has left more than `soft_limit_bytes` unread.
  /// Acknowledgements, what belongs to the protocol, and messages of an engine::Socket are sent in
  /// any case. Whatever the policy, the hard limit disconnects.
  enum class Policy : unsigned char {
    /// They wait, and the client is disconnected after `stall_timeout`. Volatile events are dropped
    /// as soon as anything waits.
    disconnect,
    /// They are dropped (EmitResult::dropped), and the client stays as long as it answers pings.
    /// Not with `connection_state_recovery`, which promises that nothing was lost.
    drop_newest,
    /// As `disconnect`, but volatile events may wait below the soft limit, and are dropped above it.
    drop_volatile,
  };
  Policy policy = Policy::disconnect;
  std::size_t soft_limit_bytes = 1024 * 1024;       ///< Disconnects after stall_timeout above it.
  std::size_t hard_limit_bytes = 16 * 1024 * 1024;  ///< Disconnects at the next emit above it.
  std::chrono::milliseconds stall_timeout{10'000};  ///< Applies to HTTP responses, too.
};

/// Clients that lose their connection may come back as if they had never left: with their id, rooms and
/// data, and with the events that they have missed (`connectionStateRecovery` in JavaScript). What was
/// volatile, or asked for an acknowledgement, is not among these. docs/delivery.md says what it
/// promises. It takes memory for events and for clients that have left, which these limits bound; they
/// hold for each namespace. Beyond them a client is not recovered. With redis_streams_adapter both are
/// in Redis, so that a client may come back to any server; `sessions`, `log_packets` and `log_bytes` are
/// not used then.
struct RecoveryOptions {
  std::chrono::milliseconds max_disconnection_duration{120'000};
  /// A recovered client does not go through the connection middlewares again.
  bool skip_middlewares = true;
  std::size_t sessions = 100'000;              ///< Clients that have lost their connection.
  std::size_t log_packets = 100'000;           ///< Events that are kept for them.
  std::size_t log_bytes = 16 * 1024 * 1024;    ///< What these events may take together.
  std::size_t replay_bytes = 4 * 1024 * 1024;  ///< Who has missed more is not recovered.
};

struct ServerOptions {
  /// Loops, each on a thread of its own, among which clients are spread: run() runs the first of them
  /// on its caller's, and starts the others. 0: as many as there are cores. More than one: handlers of
  /// several sockets run at the same time (docs/scaling.md), but those of one socket never do. Then
  /// clients cannot be recovered (`connection_state_recovery`), nor sessions have ids of the
  /// application's (`generate_id`). A server on an io_context of yours has one.
  std::size_t threads = 1;
  /// Of Socket.IO's requests; `http()` gets the others. Empty: "/socket.io", and for an engine::Server
  /// "/engine.io".
  std::string path{};
  /// Requests have a slash behind `path`. Without, every path that begins with `path` is
  /// Socket.IO's.
  bool add_trailing_slash = true;
  std::vector<std::string> transports{"polling", "websocket"};  ///< What clients may use.
  bool allow_upgrades = true;                                   ///< From polling to WebSocket.
  bool allow_eio3 = false;                                      ///< Clients of Socket.IO v2, too.
  std::chrono::milliseconds ping_interval{25'000};              ///< From one ping to the next.
  std::chrono::milliseconds ping_timeout{20'000};               ///< From a ping to its pong.
  std::chrono::milliseconds upgrade_timeout{10'000};  ///< From an upgrade's probe to its end.
  /// Size of an HTTP body, of a WebSocket message, and of a packet with its attachments
  /// (`maxHttpBufferSize` in JavaScript).
  std::size_t max_payload_bytes = 1'000'000;
  std::chrono::milliseconds connect_timeout{45'000};  ///< For a client to join a namespace.
  std::optional<RecoveryOptions> connection_state_recovery{};  ///< Off.
  CorsOptions cors{};                                          ///< Pages of other origins: refused.
  std::optional<CookieOptions> cookie{};                       ///< None is set.
  HttpCompressionOptions http_compression{};
  std::optional<DeflateOptions> per_message_deflate{};  ///< WebSockets are not compressed.
  Parser parser = Parser::standard;
  /// Connects this server with others (redis.hpp, cluster_bus.hpp). None: it is alone.
  Adapter adapter{};
  /// A namespace that a pattern or predicate has admitted ends with its last client.
  bool cleanup_empty_child_namespaces = false;
  /// Whose `X-Forwarded-For`, `-Proto` and `-Host`, or else `Forwarded` (RFC 7239), decide
  /// about handshakes' `address` and `secure`, `HttpRequest::address`, and the host that a
  /// WebSocket's origin is compared with. An address that is none means the connection's own.
  TrustProxy trust_proxy{};
  /// The browser client is served at `<path>/socket.io.js`, with its smaller variants and their source
  /// maps, if the library was built with it (README.md). Plain Engine.IO has none.
  bool serve_client = true;
  /// Called for every handshake; may decide later (http.hpp), and the client waits. A text refuses
  /// it as the JavaScript server does: with 403 and the text as JSON message, a WebSocket with 400
  /// and the text alone. One that throws, or drops its responder, refuses with "Forbidden".
  RequestHandler<std::optional<std::string>> allow_request{};
  /// Makes the id of a session from the request that opens it; may do so later. It is a secret of
  /// the client, so it must be hard to guess. 1 to 128 bytes of ASCII without control characters,
  /// and no session's yet; otherwise the handshake is refused with "Bad request". By default: 20
  /// random characters.
  RequestHandler<std::string> generate_id{};
  /// Packets are counted and latencies measured, too (metrics.hpp). What costs nothing is counted
  /// always.
  bool metrics = false;
  Limits limits{};                     ///< How much a peer may cost.
  BackpressureOptions backpressure{};  ///< Clients that read slowly.
};

}  // namespace socketio
