// SPDX-License-Identifier: MIT
// AdapterMaker: what an Adapter of ServerOptions stands for.
//
// Shared by the servers that have it; any thread.
#pragma once

#include "cluster/bus.hpp"
#include "cluster/cluster.hpp"
#include "net/asio_loop.hpp"

#include <memory>

namespace socketio::server {

class AdapterMaker {
 public:
  virtual ~AdapterMaker() = default;
  /// The bus between servers, on the loop that is connected to them.
  virtual std::unique_ptr<cluster::Bus> make_bus(
      const std::shared_ptr<net::AsioLoop>& loop) const = 0;
  virtual cluster::ClusterOptions cluster_options() const { return {}; }
};

}  // namespace socketio::server
