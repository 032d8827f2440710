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

}  // namespace socketio::server
