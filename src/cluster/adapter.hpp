// SPDX-License-Identifier: MIT
// ClusterAdapter: the adapter of a namespace in a cluster: a LocalAdapter for the sockets here, and
// the other nodes through ClusterNamespace (JavaScript: ClusterAdapter). What JavaScript sends first and
// then does itself is done in that order here, too.
//
// Life cycle and threads: as for Adapter.
#pragma once

#include "cluster/node.hpp"
#include "core/server/local_adapter.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::cluster {

class ClusterAdapter final : public core::Adapter {
 public:
  ClusterAdapter(core::NamespaceState& nsp, std::shared_ptr<ClusterNode> node);
  ~ClusterAdapter() override;
  ClusterAdapter(const ClusterAdapter&) = delete;
  ClusterAdapter& operator=(const ClusterAdapter&) = delete;

  void init() override;

  void server_count(CountCallback counted) override;

  void add_all(std::string_view id, std::span<const std::string> rooms) override;
  void del(std::string_view id, std::string_view room) override;
  void del_all(std::string_view id) override;
  std::vector<std::string> socket_rooms(std::string_view id) override;

  void broadcast(core::WrittenEvent event, const detail::BroadcastOptions& options) override;
  void broadcast_with_ack(core::WrittenEvent event, const detail::BroadcastOptions& options,
                          AskedCallback asked, detail::AckCallback answered) override;
  /// Those of this node, as in JavaScript.
  void sockets(std::vector<std::string> rooms, IdsCallback found) override;
  void fetch_sockets(const detail::BroadcastOptions& options, FetchCallback found) override;
  void add_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void del_sockets(const detail::BroadcastOptions& options,
                   std::vector<std::string> rooms) override;
  void disconnect_sockets(const detail::BroadcastOptions& options, Close close) override;
  void server_side_emit(core::WrittenEvent event) override;
  void server_side_emit_with_ack(core::WrittenEvent event, detail::AckCallback answered,
                                 detail::AllCallback all) override;
  std::shared_ptr<core::SessionStore> session_store() override;

  const core::LocalAdapter& local() const { return local_; }

 private:
  core::NamespaceState& nsp_;
  core::LocalAdapter local_;
  const std::shared_ptr<ClusterNode> node_;
  /// Null before init().
  std::shared_ptr<ClusterNamespace> cluster_;
};

}  // namespace socketio::cluster
