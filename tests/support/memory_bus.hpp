// SPDX-License-Identifier: MIT
// MemoryNetwork: buses between the nodes of a cluster that share one ManualLoop, and so one virtual
// time. Messages from one node to another keep their order; how long each takes is drawn from a seed.
// Nodes can be cut off from each other, or all at once.
//
// Life cycle: outlives its buses. One thread.
#pragma once

#include "cluster/bus.hpp"
#include "support/manual_loop.hpp"
#include "support/simulated_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {

class MemoryNetwork : public std::enable_shared_from_this<MemoryNetwork> {
 public:
  /// How its buses know who is there; of those that are named, each has every message.
  using Kind = cluster::Bus::Nodes;

  MemoryNetwork(ManualLoop& loop, Kind kind, std::uint64_t seed = 0,
                milliseconds longest_delay = milliseconds(0))
      : loop_(loop), kind_(kind), dice_(seed), longest_delay_(longest_delay) {}

  std::unique_ptr<cluster::Bus> make_bus(const std::string& node);

  /// Whatever is sent from now on between the two is lost.
  void cut(const std::string& a, const std::string& b) { cuts_.insert(std::minmax(a, b)); }
  void mend(const std::string& a, const std::string& b) { cuts_.erase(std::minmax(a, b)); }
  /// The node is neither heard nor reached any more, and is not counted.
  void kill(const std::string& node) { dead_.insert(node); }
  /// From now on nobody can be counted.
  void refuse_to_count() { refuses_to_count_ = true; }

  std::size_t sent() const { return sent_; }
  /// The rooms that the node has told of.
  const std::set<std::string>& rooms(const std::string& node) { return rooms_[node]; }

  void on_exception() noexcept { loop_.report_exception(); }

 private:
  class Bus;
  struct Arriving {
    std::string from;
    std::string to;
    /// Null: it has left.
    cluster::MessagePtr message;
  };

  bool connected(const std::string& a, const std::string& b) const {
    return !dead_.contains(a) && !dead_.contains(b) && !cuts_.contains(std::minmax(a, b));
  }
  void send(const std::string& from, const std::string& to, cluster::MessagePtr message) {
    ++sent_;
    if (!connected(from, to)) return;
    const auto delay =
        milliseconds(dice_.below(static_cast<std::size_t>(longest_delay_.count()) + 1));
    TimePoint& last = last_arrival_[{from, to}];
    last = std::max(last, loop_.now() + delay);
    arriving_.emplace(std::pair(last, ++last_sent_), Arriving{from, to, std::move(message)});
    wake();
  }
  void wake() {
    if (!arriving_.empty())
      loop_.timers().arm(timer_, arriving_.begin()->first.first - loop_.now());
  }
  void arrive();
  std::size_t count(const std::string& nsp) const;

  ManualLoop& loop_;
  const Kind kind_;
  Dice dice_;
  const milliseconds longest_delay_;
  std::map<std::string, Bus*> buses_;
  std::map<std::pair<TimePoint, std::uint64_t>, Arriving> arriving_;
  std::map<std::pair<std::string, std::string>, TimePoint> last_arrival_;
  std::set<std::pair<std::string, std::string>> cuts_;
  std::set<std::string> dead_;
  std::map<std::string, std::set<std::string>> rooms_;
  bool refuses_to_count_ = false;
  std::uint64_t last_sent_ = 0;
  std::size_t sent_ = 0;
  MemberTimer<MemoryNetwork, &MemoryNetwork::arrive> timer_{*this};
};

class MemoryNetwork::Bus final : public cluster::Bus {
 public:
  Bus(std::shared_ptr<MemoryNetwork> network, std::string node)
      : network_(std::move(network)), node_(std::move(node)) {
    network_->buses_[node_] = this;
  }
  ~Bus() override { network_->buses_.erase(node_); }
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  const std::string& node_id() const override { return node_; }
  void open(const std::string& nsp, Listener& listener) override {
    opened_.insert(nsp);
    listener_ = &listener;
  }
  void close(const std::string& nsp) override { opened_.erase(nsp); }
  void leave() override {
    has_left_ = true;
    if (network_->kind_ == Kind::named) publish(nullptr);
  }
  void publish(cluster::MessagePtr message) override {
    for (const auto& [node, bus] : network_->buses_) {
      if (node != node_) network_->send(node_, node, message);
    }
  }
  void answer(const std::string& node, cluster::MessagePtr message) override {
    network_->send(node_, node, std::move(message));
  }
  Nodes nodes() const override { return network_->kind_; }
  void count_nodes(const std::string& nsp,
                   std::function<void(std::optional<std::size_t>)> counted) override {
    network_->loop_.defer([this, network = network_, nsp, counted = std::move(counted)] {
      const auto bus = network->buses_.find(node_);
      if (bus == network->buses_.end() || bus->second != this) return;
      if (network->refuses_to_count_) return counted(std::nullopt);
      counted(network->count(nsp));
    });
  }
  std::vector<std::string> other_nodes() const override {
    std::vector<std::string> others;
    for (const auto& [node, bus] : network_->buses_) {
      if (bus != this && !bus->has_left_) others.push_back(node);
    }
    return others;
  }
  void want_rooms() override { wants_rooms_ = true; }
  void on_room_created(const std::string& nsp, const std::string& room) override {
    network_->rooms_[node_].insert(nsp + " " + room);
    for (const auto& [node, bus] : network_->buses_) {
      if (bus != this && bus->wants_rooms_) bus->listener_->on_other_room_created(nsp, room);
    }
  }
  void on_room_deleted(const std::string& nsp, const std::string& room) override {
    network_->rooms_[node_].erase(nsp + " " + room);
    for (const auto& [node, bus] : network_->buses_) {
      if (bus != this && bus->wants_rooms_) bus->listener_->on_other_room_deleted(nsp, room);
    }
  }

  bool has(const std::string& nsp) const {
    return network_->kind_ == Kind::named || opened_.contains(nsp);
  }
  void deliver(const cluster::MessagePtr& message) {
    if (listener_ && has(message->nsp)) listener_->on_message(message);
  }
  void deliver_left(const std::string& node) {
    if (listener_) listener_->on_left(node);
  }

 private:
  const std::shared_ptr<MemoryNetwork> network_;
  const std::string node_;
  std::set<std::string> opened_;
  Listener* listener_ = nullptr;
  bool wants_rooms_ = false;
  bool has_left_ = false;
};

inline std::unique_ptr<cluster::Bus> MemoryNetwork::make_bus(const std::string& node) {
  return std::make_unique<Bus>(shared_from_this(), node);
}

inline void MemoryNetwork::arrive() {
  while (!arriving_.empty() && arriving_.begin()->first.first <= loop_.now()) {
    const Arriving arrived = arriving_.extract(arriving_.begin()).mapped();
    const auto bus = buses_.find(arrived.to);
    if (bus == buses_.end() || !connected(arrived.from, arrived.to)) continue;
    contain(*this, [&] {
      arrived.message ? bus->second->deliver(arrived.message)
                      : bus->second->deliver_left(arrived.from);
    });
  }
  wake();
}

inline std::size_t MemoryNetwork::count(const std::string& nsp) const {
  return static_cast<std::size_t>(std::count_if(
      buses_.begin(), buses_.end(),
      [&](const auto& entry) { return !dead_.contains(entry.first) && entry.second->has(nsp); }));
}

}  // namespace socketio::support
