// SPDX-License-Identifier: MIT
// Counters: what the namespaces of one node have come to, for the application's metrics. Clients may
// make namespaces, so only the first ones have counters of their own, which stay when the namespace
// ends; the others share theirs. So no counter ever goes back, and the names are few.
//
// Loop's thread only.
#pragma once

#include "base/count_by.hpp"

#include <socketio/metrics.hpp>
#include <socketio/outcome.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace socketio::core {

struct NamespaceCounters {
  std::uint64_t sockets = 0;  // now
  std::uint64_t connected = 0;
  std::uint64_t received = 0;
  CountBy<EmitResult, EmitResult::not_connected> emitted;
};

struct Counters {
  /// Those of a namespace of which there may be `limit` with counters of their own.
  NamespaceCounters& of(const std::string& name, std::size_t limit) {
    const auto found = named.find(name);
    if (found != named.end()) return found->second;
    return named.size() < limit ? named[name] : others;
  }

  // Elements never move.
  std::map<std::string, NamespaceCounters> named;
  NamespaceCounters others;
  std::uint64_t bad_packets = 0;
  DurationHistogram ack_latency;
};

}  // namespace socketio::core
