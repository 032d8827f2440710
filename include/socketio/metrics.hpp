// SPDX-License-Identifier: MIT
// Metrics: what a server has counted so far, as numbers and as the text that Prometheus reads
// (OpenMetrics 1.0). docs/observability.md has a table of them.
//
//   socketio::Server io({.metrics = true});
//   io.http().get("/metrics", io.metrics_handler());
//   io.every(10s, [&io] { my_log(io.metrics().packets_received); });
//
// Numbers that are not "now" only grow, from the server's beginning on.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace socketio {

/// How many durations there were, by their length.
struct DurationHistogram {
  /// The longest duration of each bucket, in seconds. One more bucket has what is longer.
  static constexpr std::array<double, 13> bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                 0.25,  0.5,    1,     2.5,  5,     10};
  /// Of each bucket by itself.
  std::array<std::uint64_t, bounds.size() + 1> counts{};
  double sum_seconds = 0;

  void add(std::chrono::nanoseconds duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    std::size_t bucket = 0;
    while (bucket < bounds.size() && bounds[bucket] < seconds) ++bucket;
    ++counts[bucket];
    sum_seconds += seconds;
  }
};

/// Of one namespace.
struct NamespaceMetrics {
  std::uint64_t sockets = 0;            ///< Connected now.
  std::uint64_t sockets_connected = 0;  ///< As often as on_connection() was called.
  std::uint64_t events_received = 0;
  std::uint64_t events_sent = 0;     ///< A broadcast counts once for each receiver.
  std::uint64_t events_dropped = 0;  ///< For a socket, on its loop.
};

struct Metrics {
  using ByName = std::map<std::string, std::uint64_t>;

  // --- Connections, HTTP and WebSocket ---

  std::uint64_t connections = 0;  ///< Open now.
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;  ///< Beyond a limit on them.

  // --- Engine.IO ---

  ByName sessions;         ///< Open now, by transport: "polling", "websocket".
  ByName sessions_opened;  ///< By their first transport.
  ByName sessions_closed;  ///< By reason, e.g. "ping timeout" (DisconnectReason).
  std::uint64_t upgrades_started = 0;
  std::uint64_t upgrades_completed = 0;
  /// By reason: RefusedRequest::message, "Method not allowed", "Too many sessions", "Too many
  /// handshakes" or "Shutting down".
  ByName requests_refused;
  /// By what they do not belong to: "websocket" for frames, "engine.io", "socket.io".
  ByName bad_packets;

  // --- The same, only with ServerOptions::metrics: packets of type `message`, and their data before
  // it is framed and compressed. ---

  std::uint64_t packets_received = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_dropped = 0;  ///< Beyond BackpressureOptions::hard_limit_bytes.
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;

  // --- Socket.IO ---

  std::uint64_t posts_dropped =
      0;  ///< Events of other threads and loops, beyond Limits::posted_bytes.

  /// By name. Those beyond Limits::namespaces_in_metrics are together, as "other".
  std::map<std::string, NamespaceMetrics> namespaces;
  /// From an emit that asks to its answer; only with ServerOptions::metrics.
  DurationHistogram ack_latency;

  /// How late the loop's timers fire, because handlers keep it busy; only with ServerOptions::metrics.
  DurationHistogram loop_lag;
};

/// The text for Prometheus. Its type is `openmetrics_content_type`.
std::string to_openmetrics(const Metrics& metrics);

inline constexpr const char* openmetrics_content_type =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

}  // namespace socketio
