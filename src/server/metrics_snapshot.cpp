// SPDX-License-Identifier: MIT
#include "server/metrics_snapshot.hpp"

#include "engine/server/session_server.hpp"

#include <string>
#include <string_view>

namespace socketio::server {

namespace {

template <class Counts, class Name>
Metrics::ByName by_name(const Counts& counts, Name name_of) {
  Metrics::ByName numbers;
  counts.for_each(
      [&](auto key, std::uint64_t count) { numbers[std::string(name_of(key))] = count; });
  return numbers;
}

std::string_view name_of_refusal(engine::Refusal refusal) {
  switch (refusal) {
    case engine::Refusal::method_not_allowed:
      return "Method not allowed";
    case engine::Refusal::too_many_sessions:
      return "Too many sessions";
    case engine::Refusal::too_many_handshakes:
      return "Too many handshakes";
    case engine::Refusal::shutting_down:
      return "Shutting down";
    default:
      return engine::message_of(refusal);
  }
}

NamespaceMetrics of_namespace(const core::NamespaceCounters& counters) {
  return {.sockets = counters.sockets,
          .sockets_connected = counters.connected,
          .events_received = counters.received,
          .events_sent = counters.emitted[EmitResult::sent] + counters.emitted[EmitResult::queued],
          .events_dropped = counters.emitted[EmitResult::dropped]};
}

void add(Metrics::ByName& sums, const Metrics::ByName& numbers) {
  for (const auto& [name, number] : numbers) sums[name] += number;
}

void add(NamespaceMetrics& sums, const NamespaceMetrics& numbers) {
  sums.sockets += numbers.sockets;
  sums.sockets_connected += numbers.sockets_connected;
  sums.events_received += numbers.events_received;
  sums.events_sent += numbers.events_sent;
  sums.events_dropped += numbers.events_dropped;
}

void add(DurationHistogram& sums, const DurationHistogram& numbers) {
  for (std::size_t i = 0; i < sums.counts.size(); ++i) sums.counts[i] += numbers.counts[i];
  sums.sum_seconds += numbers.sum_seconds;
}

}  // namespace

void add_to(Metrics& metrics, const engine::Counters& counters) {
  const auto name_of_transport = [](auto transport) { return engine::to_string(transport); };
  metrics.sessions = by_name(counters.open, name_of_transport);
  metrics.sessions_opened = by_name(counters.opened, name_of_transport);
  counters.closed.for_each([&](DisconnectReason reason, std::uint64_t count) {
    // The others are of namespaces, or of clients.
    if (reason > DisconnectReason::server_shutting_down) return;
    metrics.sessions_closed[std::string(to_string(reason))] = count;
  });
  metrics.upgrades_started = counters.upgrades_started;
  metrics.upgrades_completed = counters.upgrades_completed;
  metrics.requests_refused = by_name(counters.refused, name_of_refusal);
  metrics.bad_packets["websocket"] = counters.bad_frames;
  metrics.bad_packets["engine.io"] = counters.bad_packets;
  metrics.packets_received = counters.received.packets;
  metrics.packets_sent = counters.sent.packets;
  metrics.packets_dropped = counters.packets_dropped;
  metrics.received_bytes = counters.received.bytes;
  metrics.sent_bytes = counters.sent.bytes;
}

void add_to(Metrics& metrics, const core::Counters& counters) {
  metrics.bad_packets["socket.io"] = counters.bad_packets;
  for (const auto& [name, named] : counters.named) metrics.namespaces[name] = of_namespace(named);
  // No namespace has that name: theirs begin with a slash.
  metrics.namespaces["other"] = of_namespace(counters.others);
  metrics.ack_latency = counters.ack_latency;
}

void add_to(Metrics& metrics, const Metrics& others) {
  metrics.connections += others.connections;
  metrics.connections_accepted += others.connections_accepted;
  metrics.connections_refused += others.connections_refused;
  add(metrics.sessions, others.sessions);
  add(metrics.sessions_opened, others.sessions_opened);
  add(metrics.sessions_closed, others.sessions_closed);
  metrics.upgrades_started += others.upgrades_started;
  metrics.upgrades_completed += others.upgrades_completed;
  add(metrics.requests_refused, others.requests_refused);
  add(metrics.bad_packets, others.bad_packets);
  metrics.packets_received += others.packets_received;
  metrics.packets_sent += others.packets_sent;
  metrics.packets_dropped += others.packets_dropped;
  metrics.received_bytes += others.received_bytes;
  metrics.sent_bytes += others.sent_bytes;
  metrics.posts_dropped += others.posts_dropped;
  for (const auto& [name, numbers] : others.namespaces) add(metrics.namespaces[name], numbers);
  add(metrics.ack_latency, others.ack_latency);
  add(metrics.loop_lag, others.loop_lag);
}

}  // namespace socketio::server
