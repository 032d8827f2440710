// SPDX-License-Identifier: MIT
// ClusterNode: what a node does on all its buses: on one, or on two, as the loop that connects the
// loops of a process with other servers. A request is executed here and passed on to every bus but the
// one that it came from; the answers of all are given back as one answer of this node. So a process
// with several loops is one node for others.
//
// Life cycle: made with the loop -> add() each bus -> the node's namespaces come and go, with adapters
// of adapter_factory() -> leave(), when the sockets have gone and before the loop ends. After that the
// adapters work without a cluster. Namespaces keep it. leave() is not called by what a bus has called.
// Loop's thread only.
#pragma once

#include "cluster/cluster.hpp"
#include "cluster/namespace.hpp"
#include "core/server/adapter.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace socketio::cluster {

class ClusterNode final : public std::enable_shared_from_this<ClusterNode>,
                          private Cluster::Listener {
 public:
  explicit ClusterNode(Loop& loop) : loop_(loop) {}
  ~ClusterNode() override { leave(); }

  void add(std::unique_ptr<Bus> bus, const ClusterOptions& options = {});
  /// For core::Options::adapter.
  core::AdapterFactory adapter_factory();
  /// For core::Options::parent_adapter, if the loop is one of several.
  core::AdapterFactory parent_adapter_factory();
  void leave();

  /// For adapters: that of the bus, if this node is on one bus alone: other loops do not get the
  /// history.
  std::shared_ptr<core::SessionStore> session_store(const std::string& nsp) const;
  /// For adapters: the namespace's place in the cluster. It is closed when it is at no loop.
  std::shared_ptr<ClusterNamespace> open(const std::string& nsp);
  void close_if_unused(const std::string& nsp);
  /// For requests: the place of a namespace that may be open elsewhere alone.
  std::shared_ptr<ClusterNamespace> at(const std::string& nsp);

  std::size_t namespace_count() const { return namespaces_.size(); }

 private:
  void on_request(Cluster& from, const MessagePtr& message) override;
  void on_opened(Cluster& from, const std::string& nsp, const std::string& node) override;
  void on_closed(Cluster& from, const std::string& nsp, const std::string& node) override;
  void on_other_room_created(Cluster& from, const std::string& nsp,
                             const std::string& room) override;
  void on_other_room_deleted(Cluster& from, const std::string& nsp,
                             const std::string& room) override;
  void on_count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) override;

  Loop& loop_;
  Clusters clusters_;
  std::unordered_map<std::string, std::shared_ptr<ClusterNamespace>> namespaces_;
};

}  // namespace socketio::cluster
