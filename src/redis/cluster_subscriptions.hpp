// SPDX-License-Identifier: MIT
// ClusterSubscriptions: what a process listens to in a Redis Cluster. A channel of sharded pub/sub is at
// the server that has its slot, and moves with it; all other channels and patterns are at one server,
// to which all others tell what is published.
//
// Life cycle: ends before the nodes. Loop's thread only.
#pragma once

#include "redis/cluster_nodes.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace socketio::redis {

class ClusterSubscriptions {
 public:
  explicit ClusterSubscriptions(ClusterNodes& nodes) : nodes_(nodes) {}

  /// See Subscriber.
  Subscriber::Id subscribe(SubscriptionKind kind, std::string name, OnMessage on_message);
  void unsubscribe(Subscriber::Id id);
  /// At once with `not_now` if nobody has the slot.
  void await_confirmation(Subscriber::Id id, Subscriber::OnConfirmation on_confirmation);

  /// Slots may have other servers than before.
  void on_map();
  /// All are at a server.
  bool are_placed() const { return unplaced_ == 0; }

 private:
  struct Use {
    SubscriptionKind kind;
    std::string name;
    std::shared_ptr<OnMessage> on_message;
    // At the group's server.
    Subscriber::Id there = 0;
    std::vector<Subscriber::OnConfirmation> waiting{};
  };
  /// The subscriptions of one slot.
  struct Group {
    ClusterNode* node = nullptr;
    std::map<Subscriber::Id, Use> uses{};
  };

  static void begin(ClusterNode& node, Use& use);
  void wait(Slot slot, Subscriber::Id id);
  void move(Slot slot, Group& group);

  ClusterNodes& nodes_;
  std::map<Slot, Group> groups_;
  /// Groups without a server.
  std::size_t unplaced_ = 0;
  std::unordered_map<Subscriber::Id, Slot> slots_;
  Subscriber::Id last_id_ = 0;
};

}  // namespace socketio::redis
