// SPDX-License-Identifier: MIT
// Live dashboard: what this server does, told to its clients once a second.
//
// Construct it before the server runs, and after the namespaces whose messages count; it must
// outlive the server's run. Handlers run on the loops of their sockets.
#pragma once

#include "metrics.hpp"
#include "own_clients.hpp"

#include <socketio/server.hpp>

#include <mutex>
#include <span>

namespace showcase {

class Dashboard {
 public:
  /// Counts what clients send in `namespaces`.
  Dashboard(socketio::Server& io, std::span<const char* const> namespaces);

 private:
  void update();
  MetricsSample sample();

  socketio::Server& io_;
  OwnClients clients_;
  std::mutex mutex_;  // for metrics_
  Metrics metrics_;
};

}  // namespace showcase
