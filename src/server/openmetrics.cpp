// SPDX-License-Identifier: MIT
// Which metrics there are for Prometheus, and under which names (docs/observability.md).
#include "codec/openmetrics/writer.hpp"

#include <socketio/metrics.hpp>

#include <limits>
#include <string>
#include <string_view>

namespace socketio {

namespace {

using openmetrics::Label;
using openmetrics::Writer;

class MetricsText {
 public:
  std::string write(const Metrics& metrics) {
    connections(metrics);
    sessions(metrics);
    packets(metrics);
    namespaces(metrics);
    histogram({"socketio_ack_latency_seconds", "histogram", "seconds",
               "Time from an emit that asks to its answer."},
              metrics.ack_latency);
    histogram(
        {"socketio_loop_lag_seconds", "histogram", "seconds", "How late timers of the loop fire."},
        metrics.loop_lag);
    return writer_.finish();
  }

 private:
  static constexpr std::string_view total = "_total";

  void connections(const Metrics& metrics) {
    gauge("socketio_connections", "Open connections, HTTP and WebSocket.");
    writer_.sample({}, {}, metrics.connections);
    counter("socketio_connections_accepted", "Connections that were accepted.");
    writer_.sample(total, {}, metrics.connections_accepted);
    counter("socketio_connections_refused", "Connections beyond a limit on them.");
    writer_.sample(total, {}, metrics.connections_refused);
  }

  void sessions(const Metrics& metrics) {
    gauge("socketio_sessions", "Open sessions of Engine.IO.");
    by_name({}, "transport", metrics.sessions);
    counter("socketio_sessions_opened", "Sessions that were opened, by their first transport.");
    by_name(total, "transport", metrics.sessions_opened);
    counter("socketio_sessions_closed", "Sessions that have ended.");
    by_name(total, "reason", metrics.sessions_closed);
    counter("socketio_upgrades_started", "Upgrades to WebSocket that clients have begun.");
    writer_.sample(total, {}, metrics.upgrades_started);
    counter("socketio_upgrades_completed", "Upgrades to WebSocket that have succeeded.");
    writer_.sample(total, {}, metrics.upgrades_completed);
    counter("socketio_requests_refused", "Requests for Engine.IO that were refused.");
    by_name(total, "reason", metrics.requests_refused);
    counter("socketio_bad_packets", "What clients have sent and is no packet.");
    by_name(total, "protocol", metrics.bad_packets);
  }

  void packets(const Metrics& metrics) {
    counter("socketio_packets_received", "Messages of Engine.IO from clients.");
    writer_.sample(total, {}, metrics.packets_received);
    counter("socketio_packets_sent", "Messages of Engine.IO to clients.");
    writer_.sample(total, {}, metrics.packets_sent);
    counter("socketio_packets_dropped", "Messages to clients that read too slowly.");
    writer_.sample(total, {}, metrics.packets_dropped);
    counter("socketio_received_bytes", "Data of the messages from clients.", "bytes");
    writer_.sample(total, {}, metrics.received_bytes);
    counter("socketio_sent_bytes", "Data of the messages to clients.", "bytes");
    writer_.sample(total, {}, metrics.sent_bytes);
  }

  void namespaces(const Metrics& metrics) {
    gauge("socketio_sockets", "Sockets that are connected.");
    of_namespaces({}, metrics, &NamespaceMetrics::sockets);
    counter("socketio_sockets_connected", "Sockets that have connected.");
    of_namespaces(total, metrics, &NamespaceMetrics::sockets_connected);
    counter("socketio_events_received", "Events from clients.");
    of_namespaces(total, metrics, &NamespaceMetrics::events_received);
    counter("socketio_events_sent", "Events to clients, once for each.");
    of_namespaces(total, metrics, &NamespaceMetrics::events_sent);
    counter("socketio_events_dropped", "Events that were not sent because a client was not ready.");
    of_namespaces(total, metrics, &NamespaceMetrics::events_dropped);
    counter("socketio_posts_dropped",
            "Events of other threads and loops for which a loop had no room.");
    writer_.sample(total, {}, metrics.posts_dropped);
  }

  void gauge(std::string_view name, std::string_view help) {
    writer_.family({name, "gauge", {}, help});
  }
  void counter(std::string_view name, std::string_view help, std::string_view unit = {}) {
    writer_.family({name, "counter", unit, help});
  }
  void by_name(std::string_view suffix, std::string_view label, const Metrics::ByName& numbers) {
    for (const auto& [name, number] : numbers) writer_.sample(suffix, {{label, name}}, number);
  }
  void of_namespaces(std::string_view suffix, const Metrics& metrics,
                     std::uint64_t NamespaceMetrics::*number) {
    for (const auto& [name, nsp] : metrics.namespaces) {
      writer_.sample(suffix, {{"namespace", name}}, nsp.*number);
    }
  }

  void histogram(const openmetrics::Family& family, const DurationHistogram& histogram) {
    writer_.family(family);
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
      so_far += histogram.counts[i];
      const double bound = i < histogram.bounds.size() ? histogram.bounds[i]
                                                       : std::numeric_limits<double>::infinity();
      writer_.sample("_bucket", {{"le", openmetrics::float_text(bound)}}, so_far);
    }
    writer_.sample("_count", {}, so_far);
    writer_.sample("_sum", {}, histogram.sum_seconds);
  }

  Writer writer_;
};

}  // namespace

std::string to_openmetrics(const Metrics& metrics) { return MetricsText().write(metrics); }

}  // namespace socketio
