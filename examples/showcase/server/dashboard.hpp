// SPDX-License-Identifier: MIT
// Live dashboard: what the server does, told to everybody once a second.
//
// Construct it before the server runs, and after the namespaces whose messages count; it must
// outlive the server's run. On the server's loop.
#pragma once

#include "metrics.hpp"

#include <socketio/server.hpp>

#include <span>

namespace showcase {

class Dashboard {
 public:
  /// Counts what clients send in `namespaces`.
  Dashboard(socketio::Server& io, std::span<const char* const> namespaces);

 private:
  void update();

  socketio::Server& io_;
  Metrics metrics_;
};

}  // namespace showcase
