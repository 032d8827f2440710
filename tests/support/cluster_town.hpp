// SPDX-License-Identifier: MIT
// ClusterTown: several Socket.IO nodes in one virtual time, each with clients, on buses in memory.
//
//   ClusterTown town;
//   auto redis = town.network(MemoryNetwork::Kind::counted);
//   TownNode& a = town.add("a", {{redis}});
//   TownNode& b = town.add("b", {{redis}});
//
// Life cycle: nodes are destroyed with the town, in the order in which they were added. One thread.
#pragma once

#include "cluster/node.hpp"
#include "support/core_peer.hpp"
#include "support/memory_bus.hpp"

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {

/// A node on a network.
struct TownLink {
  std::shared_ptr<MemoryNetwork> network;
  cluster::Peers peers = cluster::Peers::servers;
};

class TownNode {
 public:
  TownNode(std::shared_ptr<ManualLoop> loop, const std::string& node_name,
           const std::vector<TownLink>& links, cluster::ClusterOptions options)
      : name(node_name), cluster(std::make_shared<cluster::ClusterNode>(*loop)) {
    for (const TownLink& link : links) {
      options.peers = link.peers;
      cluster->add(link.network->make_bus(name), options);
    }
    start(std::move(loop));
  }
  TownNode(std::shared_ptr<ManualLoop> loop, const std::string& node_name,
           std::unique_ptr<cluster::Bus> bus, const cluster::ClusterOptions& options)
      : name(node_name), cluster(std::make_shared<cluster::ClusterNode>(*loop)) {
    cluster->add(std::move(bus), options);
    start(std::move(loop));
  }
  ~TownNode() { leave(); }
  TownNode(const TownNode&) = delete;
  TownNode& operator=(const TownNode&) = delete;

  Namespace& io() { return server->nsp; }
  /// A client of "/"; its socket is the last of `sockets`.
  CorePeer& connect() {
    peers.push_back(std::make_unique<CorePeer>(*server));
    return *peers.back();
  }
  void leave() {
    sockets.clear();
    peers.clear();
    cluster->leave();
  }

  const std::string name;
  const std::shared_ptr<cluster::ClusterNode> cluster;
  std::unique_ptr<CoreServer> server;
  std::vector<Socket> sockets;
  std::vector<std::unique_ptr<CorePeer>> peers;

 private:
  void start(std::shared_ptr<ManualLoop> loop) {
    core::Options options;
    options.adapter = cluster->adapter_factory();
    server = std::make_unique<CoreServer>(std::move(loop), options);
    server->nsp.on_connection([this](Socket socket) { sockets.push_back(std::move(socket)); });
  }
};

class ClusterTown {
 public:
  explicit ClusterTown(std::uint64_t seed = 0, milliseconds longest_delay = milliseconds(0))
      : seed_(seed), longest_delay_(longest_delay) {}

  std::shared_ptr<MemoryNetwork> network(MemoryNetwork::Kind kind) {
    return std::make_shared<MemoryNetwork>(*loop_, kind, ++seed_, longest_delay_);
  }
  TownNode& add(const std::string& name, const std::vector<TownLink>& links,
                const cluster::ClusterOptions& options = {}) {
    nodes_.push_back(std::make_unique<TownNode>(loop_, name, links, options));
    return *nodes_.back();
  }
  /// Time for messages to go round.
  void settle() { pass(8 * (milliseconds(1) + longest_delay_)); }
  /// In small steps, so that what happens has its time.
  void pass(milliseconds time) {
    loop_->run();
    for (auto passed = milliseconds(0); passed < time; passed += milliseconds(1))
      loop_->pass(milliseconds(1));
  }
  ManualLoop& loop() { return *loop_; }
  std::vector<std::unique_ptr<TownNode>>& nodes() { return nodes_; }

 private:
  std::uint64_t seed_;
  const milliseconds longest_delay_;
  std::shared_ptr<ManualLoop> loop_ = std::make_shared<ManualLoop>();
  std::vector<std::unique_ptr<TownNode>> nodes_;
};

}  // namespace socketio::support
