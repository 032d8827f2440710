// SPDX-License-Identifier: MIT
// BytesBus: a user's ClusterBus as a cluster::Bus. It writes and reads the messages, so that the
// user's bus has bytes alone, and its nodes are counted by their heartbeats.
//
// Life cycle and threads: as for cluster::Bus. What the user's bus throws when it is made leaves the
// constructor; later it is logged, and the message is lost.
#pragma once

#include "base/loop.hpp"
#include "cluster/bus.hpp"
#include "cluster/cluster_format.hpp"
#include "server/bus_inbox.hpp"

#include <socketio/cluster_bus.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace socketio::server {

using MakeClusterBus = std::function<std::unique_ptr<ClusterBus>(ClusterBus::Receiver receiver)>;

class BytesBus final : public cluster::Bus {
 public:
  BytesBus(Loop& loop, const MakeClusterBus& make, const ClusterAdapterOptions& options);
  ~BytesBus() override;
  BytesBus(const BytesBus&) = delete;
  BytesBus& operator=(const BytesBus&) = delete;

  const std::string& node_id() const override { return inbox_->node_id(); }
  void open(const std::string& nsp, Listener& listener) override;
  void close(const std::string& nsp) override;
  void publish(cluster::MessagePtr message) override;
  void answer(const std::string& node, cluster::MessagePtr message) override;

  /// Messages that arrived and were none.
  std::uint64_t ignored() const { return ignored_; }
  /// That the user's bus has thrown for.
  std::uint64_t lost() const { return lost_; }

 private:
  void receive(std::string_view bytes);
  /// Calls `send(bytes)`.
  template <class Send>
  void send(const cluster::Message& message, Send send);
  /// Runs what calls the user's bus.
  template <class Work>
  void run(Work work);

  cluster::ClusterFormat format_;
  const std::shared_ptr<BusInbox> inbox_;
  Listener* listener_ = nullptr;
  std::unordered_set<std::string> opened_;
  std::uint64_t ignored_ = 0;
  std::uint64_t lost_ = 0;
  std::unique_ptr<ClusterBus> bus_;
};

}  // namespace socketio::server
