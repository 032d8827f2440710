// SPDX-License-Identifier: MIT
#include "cluster/node.hpp"

#include "cluster/adapter.hpp"
#include "cluster/parent_adapter.hpp"

#include <utility>

namespace socketio::cluster {

void ClusterNode::add(std::unique_ptr<Bus> bus, const ClusterOptions& options) {
  Cluster::Listener& listener = *this;
  clusters_.push_back(std::make_shared<Cluster>(loop_, std::move(bus), options, listener));
  if (clusters_.size() < 2) return;
  for (const auto& cluster : clusters_) {
    if (cluster->options().peers == Peers::loops) cluster->bus()->want_rooms();
  }
}

core::AdapterFactory ClusterNode::adapter_factory() {
  return [self = shared_from_this()](core::NamespaceState& nsp) {
    return std::make_unique<ClusterAdapter>(nsp, self);
  };
}

core::AdapterFactory ClusterNode::parent_adapter_factory() {
  return [self = shared_from_this()](core::NamespaceState& nsp) {
    return std::make_unique<ClusterParentAdapter>(nsp, self);
  };
}

void ClusterNode::leave() {
  for (const auto& cluster : clusters_) cluster->leave();
}

std::shared_ptr<core::SessionStore> ClusterNode::session_store(const std::string& nsp) const {
  if (clusters_.size() != 1 || !clusters_.front()->bus()) return nullptr;
  return clusters_.front()->bus()->session_store(nsp);
}

// --- Namespaces ---

std::shared_ptr<ClusterNamespace> ClusterNode::open(const std::string& nsp) {
  auto& place = namespaces_[nsp];
  if (place) return place;
  place = std::make_shared<ClusterNamespace>(nsp, clusters_);
  const auto opened = place;
  for (const auto& cluster : clusters_) cluster->open(nsp);
  return opened;
}

void ClusterNode::close_if_unused(const std::string& nsp) {
  const auto found = namespaces_.find(nsp);
  if (found == namespaces_.end() || found->second->is_used()) return;
  namespaces_.erase(found);
  for (const auto& cluster : clusters_) cluster->close(nsp);
}

std::shared_ptr<ClusterNamespace> ClusterNode::at(const std::string& nsp) {
  const auto found = namespaces_.find(nsp);
  return found == namespaces_.end() ? std::make_shared<ClusterNamespace>(nsp, clusters_)
                                    : found->second;
}

void ClusterNode::on_opened(Cluster& from, const std::string& nsp, const std::string& node) {
  // Only a loop between others and other servers has namespaces for them.
  if (from.options().peers == Peers::loops && clusters_.size() > 1) open(nsp)->add_loop(node);
}

void ClusterNode::on_closed(Cluster& from, const std::string& nsp, const std::string& node) {
  if (from.options().peers != Peers::loops) return;
  const auto found = namespaces_.find(nsp);
  if (found == namespaces_.end()) return;
  found->second->remove_loop(node);
  close_if_unused(nsp);
}

// --- Requests ---

void ClusterNode::on_request(Cluster& from, const MessagePtr& message) {
  // One that is not here answers all the same, so that nobody waits in vain.
  at(message->nsp)->on_request(from.shared_from_this(), message);
}

void ClusterNode::on_other_room_created(Cluster&, const std::string& nsp, const std::string& room) {
  const auto found = namespaces_.find(nsp);
  if (found != namespaces_.end()) found->second->on_other_room_created(room);
}

void ClusterNode::on_other_room_deleted(Cluster&, const std::string& nsp, const std::string& room) {
  const auto found = namespaces_.find(nsp);
  if (found != namespaces_.end()) found->second->on_other_room_deleted(room);
}

void ClusterNode::on_count_servers(const std::string& nsp,
                                   std::function<void(std::size_t)> counted) {
  const auto found = namespaces_.find(nsp);
  found == namespaces_.end() ? counted(1) : found->second->count_servers(std::move(counted));
}

}  // namespace socketio::cluster
