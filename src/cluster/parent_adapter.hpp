// SPDX-License-Identifier: MIT
// ClusterParentAdapter: the adapter of a parent of namespaces at a server with several loops, each of
// which has those of its clients. It makes each request once for every namespace that any of the loops
// has, as if that one were here; so it reaches other servers once, too. What is for this loop alone
// goes to the namespaces that are here.
//
// The loop of the sender does it, so that its requests keep their order.
//
// Life cycle and threads: as for Adapter. Its node belongs to a NodeGroup.
#pragma once

#include "cluster/node.hpp"
#include "core/server/parent_adapter.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::cluster {

class ClusterParentAdapter final : public core::ParentAdapter {
 public:
  ClusterParentAdapter(core::NamespaceState& nsp, std::shared_ptr<ClusterNode> node)
      : ParentAdapter(nsp), node_(std::move(node)) {}

  void broadcast(core::WrittenEvent event, const detail::BroadcastOptions& options) override;
  void fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) override;
  void add_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void del_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void disconnect_sockets(const detail::BroadcastOptions& options, Close close) override;

 private:
  std::vector<std::string> children();

  const std::shared_ptr<ClusterNode> node_;
};

}  // namespace socketio::cluster
