// SPDX-License-Identifier: MIT
// The functions of <socketio/cluster_bus.hpp>.
#include "server/adapter_maker.hpp"
#include "server/bus_inbox.hpp"
#include "server/bytes_bus.hpp"

#include <socketio/cluster_bus.hpp>

#include <stdexcept>
#include <utility>

namespace socketio {
namespace server {
namespace {

class ClusterBusMaker final : public AdapterMaker {
 public:
  ClusterBusMaker(MakeClusterBus make, const ClusterAdapterOptions& options)
      : make_(std::move(make)), options_(options) {}

  std::unique_ptr<cluster::Bus> make_bus(const std::shared_ptr<net::AsioLoop>& loop,
                                         const std::shared_ptr<net::OpenStreams>&) const override {
    return std::make_unique<BytesBus>(*loop, make_, options_);
  }
  cluster::ClusterOptions cluster_options() const override {
    cluster::ClusterOptions cluster;
    cluster.request_timeout = options_.requests_timeout;
    cluster.members.interval = options_.heartbeat_interval;
    cluster.members.timeout = options_.heartbeat_timeout;
    return cluster;
  }

 private:
  const MakeClusterBus make_;
  const ClusterAdapterOptions options_;
};

}  // namespace
}  // namespace server

const std::string& ClusterBus::Receiver::node_id() const { return inbox_->node_id(); }

bool ClusterBus::Receiver::receive(std::string_view bytes) const { return inbox_->add(bytes); }

Adapter cluster_adapter(
    std::function<std::unique_ptr<ClusterBus>(ClusterBus::Receiver receiver)> make_bus,
    ClusterAdapterOptions options) {
  if (!make_bus) throw std::invalid_argument("cluster_adapter() needs a function");
  if (options.heartbeat_interval.count() <= 0 || options.requests_timeout.count() <= 0 ||
      options.heartbeat_timeout <= options.heartbeat_interval)
    throw std::invalid_argument(
        "the times of cluster_adapter() are more than 0, and the timeout of"
        " heartbeats is longer than their interval");
  return Adapter(std::make_shared<server::ClusterBusMaker>(std::move(make_bus), options));
}

}  // namespace socketio
