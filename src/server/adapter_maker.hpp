// SPDX-License-Identifier: MIT
// AdapterMaker: what an Adapter of ServerOptions stands for.
//
// Shared by the servers that have it; any thread.
#pragma once

#include "cluster/bus.hpp"
#include "cluster/cluster.hpp"
#include "net/asio_loop.hpp"
#include "net/tcp_stream.hpp"

#include <memory>

namespace socketio::server {

class AdapterMaker {
 public:
  virtual ~AdapterMaker() = default;
  /// The bus between servers, on the loop that is connected to them. Its streams are put into
  /// `streams`, which may outlive it: what it has published last is sent then.
  virtual std::unique_ptr<cluster::Bus> make_bus(
      const std::shared_ptr<net::AsioLoop>& loop,
      const std::shared_ptr<net::OpenStreams>& streams) const = 0;
  virtual cluster::ClusterOptions cluster_options() const { return {}; }
};

}  // namespace socketio::server
