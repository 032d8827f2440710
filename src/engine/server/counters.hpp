// SPDX-License-Identifier: MIT
// Counters: what the sessions of one Engine.IO server have come to, for the application's metrics.
// Loop's thread only.
#pragma once

#include "base/count_by.hpp"
#include "engine/transport.hpp"

#include <socketio/outcome.hpp>

#include <cstddef>
#include <cstdint>

namespace socketio::engine {

/// Why a request is refused. The number is the reference's `code` in the JSON body, if it has one.
enum class Refusal : std::uint8_t {
  unknown_transport,     // 0
  unknown_sid,           // 1
  bad_handshake_method,  // 2
  bad_request,           // 3
  forbidden,             // 4
  unsupported_protocol,  // 5
  method_not_allowed,    // 405: a method that no transport has
  too_many_sessions,     // 503
  too_many_handshakes,   // 503, to be tried again soon
  shutting_down,         // 503, after which the connection closes
};

struct Counters {
  using ByTransport = CountBy<TransportName, TransportName::websocket>;

  ByTransport open;  // now
  ByTransport opened;
  CountBy<DisconnectReason, DisconnectReason::io_client_disconnect> closed;
  CountBy<Refusal, Refusal::shutting_down> refused;
  std::uint64_t upgrades_started = 0;
  std::uint64_t upgrades_completed = 0;
  std::uint64_t bad_frames = 0;
  std::uint64_t bad_packets = 0;

  // Of type `message`, and only with Options::metrics.
  struct Packets {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    void add(std::size_t more_packets, std::size_t more_bytes) {
      packets += more_packets;
      bytes += more_bytes;
    }
  };
  Packets received;
  Packets sent;
  std::uint64_t packets_dropped = 0;
};

}  // namespace socketio::engine
