// SPDX-License-Identifier: MIT
// OwnBus: an adapter's bus as an application might write it, in memory. Everything that is published
// reaches all, who has published it as well.
//
// Life cycle: buses share their OwnNetwork. Any thread.
#pragma once

#include <socketio/cluster_bus.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

class OwnNetwork {
 public:
  using Receiver = ClusterBus::Receiver;

  void add(const Receiver& receiver) {
    const std::lock_guard lock(mutex_);
    receivers_.emplace(receiver.node_id(), receiver);
  }
  /// It is neither heard nor reached any more.
  void remove(const std::string& node_id) {
    const std::lock_guard lock(mutex_);
    receivers_.erase(node_id);
  }
  void publish(const std::string& from, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (!receivers_.contains(from)) return;
    published.emplace_back(bytes);
    for (const auto& [id, receiver] : receivers_) receiver.receive(bytes);
  }
  void send(const std::string& node_id, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    const auto found = receivers_.find(node_id);
    if (found == receivers_.end()) return;
    ++answers;
    found->second.receive(bytes);
  }

  ClusterBus::Receiver receiver(const std::string& node_id) const { return receivers_.at(node_id); }

  std::vector<std::string> published;
  std::size_t answers = 0;

 private:
  std::mutex mutex_;
  std::map<std::string, Receiver> receivers_;
};

/// It has the one verb that it must have.
class OwnBus : public ClusterBus {
 public:
  OwnBus(std::shared_ptr<OwnNetwork> network, Receiver receiver)
      : network_(std::move(network)), receiver_(std::move(receiver)) {
    network_->add(receiver_);
  }
  ~OwnBus() override { network_->remove(receiver_.node_id()); }
  OwnBus(const OwnBus&) = delete;
  OwnBus& operator=(const OwnBus&) = delete;

  void publish(const std::string&, std::string_view bytes) override {
    network_->publish(receiver_.node_id(), bytes);
  }

 protected:
  OwnNetwork& network() { return *network_; }

 private:
  const std::shared_ptr<OwnNetwork> network_;
  const Receiver receiver_;
};

class AnsweringBus final : public OwnBus {
 public:
  using OwnBus::OwnBus;
  void answer(const std::string&, const std::string& node_id, std::string_view bytes) override {
    network().send(node_id, bytes);
  }
};

}  // namespace socketio::support
