// SPDX-License-Identifier: MIT
#include "server/option_mapping.hpp"

#include "engine/transport.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace socketio::server {

namespace {

std::optional<engine::DeflateLimits> deflate_limits(const ServerOptions& options) {
  if (!options.per_message_deflate) return std::nullopt;
  const DeflateOptions& deflate = *options.per_message_deflate;
  for (const std::uint8_t bits : {deflate.server_max_window_bits, deflate.client_max_window_bits}) {
    if (bits < websocket::min_window_bits || bits > websocket::max_window_bits) {
      throw std::invalid_argument("per_message_deflate: a window has 8 to 15 bits");
    }
  }
  return engine::DeflateLimits{{.server_no_context_takeover = deflate.server_no_context_takeover,
                                .client_no_context_takeover = deflate.client_no_context_takeover,
                                .server_max_window_bits = deflate.server_max_window_bits,
                                .client_max_window_bits = deflate.client_max_window_bits},
                               deflate.threshold_bytes};
}

core::RecoveryLimits recovery_limits(const ServerOptions& options) {
  // An event that was dropped is a hole that no replay fills.
  if (options.backpressure.policy == BackpressureOptions::Policy::drop_newest) {
    throw std::invalid_argument("connection_state_recovery: not with the policy drop_newest");
  }
  const RecoveryOptions& recovery = *options.connection_state_recovery;
  return {.max_disconnection_duration = recovery.max_disconnection_duration,
          // A late pong is waited for once more if something else arrives.
          .notice_time = options.ping_interval + 2 * options.ping_timeout,
          .skip_middlewares = recovery.skip_middlewares,
          .sessions = recovery.sessions,
          .log_packets = recovery.log_packets,
          .log_bytes = recovery.log_bytes,
          .replay_bytes = recovery.replay_bytes};
}

}  // namespace

core::Options core_options(const ServerOptions& options, const LoopPlace& place) {
  core::Options core;
  core.place = place;
  core.connect_timeout = options.connect_timeout;
  core.attachments_timeout = options.limits.attachments_timeout;
  core.packet = {options.limits.attachments, options.max_payload_bytes};
  core.json.nodes = options.limits.json_values;
  core.namespaces_per_client = options.limits.namespaces_per_client;
  core.namespace_name_bytes = options.limits.namespace_name_bytes;
  core.rooms_per_client = options.limits.rooms_per_client;
  core.room_name_bytes = options.limits.room_name_bytes;
  core.pending_acks = options.limits.pending_acks;
  core.parser = options.parser;
  core.cleanup_empty_child_namespaces = options.cleanup_empty_child_namespaces;
  core.namespaces_kept = options.limits.namespaces_kept;
  core.metrics = options.metrics;
  core.namespaces_in_metrics = options.limits.namespaces_in_metrics;
  if (options.connection_state_recovery) core.recovery = recovery_limits(options);
  return core;
}

engine::Options engine_options(const ServerOptions& options, const LoopPlace& place) {
  engine::Options engine;
  engine.place = place;
  engine.polling = false;
  engine.websocket = false;
  for (const std::string& wanted : options.transports) {
    const bool is_polling = engine::transport_named(wanted) == engine::TransportName::polling;
    (is_polling ? engine.polling : engine.websocket) = true;
  }
  engine.allow_upgrades = options.allow_upgrades;
  engine.allow_eio3 = options.allow_eio3;
  engine.ping_interval = options.ping_interval;
  engine.ping_timeout = options.ping_timeout;
  engine.upgrade_timeout = options.upgrade_timeout;
  engine.max_payload_bytes = options.max_payload_bytes;
  const HttpCompressionOptions& compression = options.http_compression;
  engine.compression_threshold_bytes =
      compression.enabled ? std::optional(compression.threshold_bytes) : std::nullopt;
  engine.deflate = deflate_limits(options);
  engine.packets_per_payload = options.limits.packets_per_payload;
  engine.fragments_per_message = options.limits.fragments_per_message;
  engine.out_buffer_bytes = options.backpressure.soft_limit_bytes;
  engine.out_buffer_limit_bytes = options.backpressure.hard_limit_bytes;
  engine.stall_timeout = options.backpressure.stall_timeout;
  using Policy = BackpressureOptions::Policy;
  engine.drop_newest = options.backpressure.policy == Policy::drop_newest;
  engine.queue_volatile = options.backpressure.policy == Policy::drop_volatile;
  engine.sessions = options.limits.sessions;
  engine.sessions_per_address = options.limits.sessions_per_address;
  engine.handshakes_per_second = options.limits.handshakes_per_second;
  engine.handshakes_per_second_per_address = options.limits.handshakes_per_second_per_address;
  engine.messages_per_second = options.limits.messages_per_second;
  engine.messages_burst = options.limits.messages_burst != 0
                              ? options.limits.messages_burst
                              : 10 * options.limits.messages_per_second;
  engine.message_timeout = options.limits.message_timeout;
  engine.metrics = options.metrics;
  return engine;
}

std::size_t loop_count(const ServerOptions& options, LoopsOf loops_of) {
  // More than any machine runs at once, and few enough to ask each for what concerns all.
  constexpr std::size_t most = 256;
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t count = options.threads == 0 ? std::min(cores, most) : options.threads;
  if (count > most) throw std::invalid_argument("threads: at most 256");
  if (count == 1 && options.threads == 1) return 1;
  if (loops_of == LoopsOf::user) {
    throw std::invalid_argument("threads: a server on an io_context of yours has one loop");
  }
  if (options.connection_state_recovery) {
    // A client may come back to another loop, which does not have what it missed.
    throw std::invalid_argument("connection_state_recovery: not with several threads");
  }
  if (options.generate_id) {
    throw std::invalid_argument("generate_id: not with several threads, whose ids name their loop");
  }
  return count;
}

}  // namespace socketio::server
