// SPDX-License-Identifier: MIT
// ClusterNodes: the servers of a Redis Cluster, and which of them has a slot. It asks one of them for
// that (CLUSTER SLOTS) when it begins, and again as long as something shows that it is not true any
// more: a redirection, a connection that is missing, a slot that nobody has.
//
// Life cycle: made -> open() -> close(). Loop's thread only.
#pragma once

#include "base/loop.hpp"
#include "redis/cluster_node.hpp"
#include "redis/slots.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::redis {

class ClusterNodes final : public std::enable_shared_from_this<ClusterNodes> {
 public:
  /// Redis recommends no more in one cluster.
  static constexpr std::size_t node_limit = 1'000;
  /// Between two questions where the slots are. A failover takes seconds.
  static constexpr std::chrono::milliseconds refresh{500};
  /// After which another server is asked. The one that was may hang.
  static constexpr std::chrono::milliseconds patience{5'000};

  using OnMap = std::function<void()>;

  /// `settings` have the servers that the user has named. `on_map` is told when slots may have another
  /// server than before.
  ClusterNodes(Loop& loop, Connector& connector, ConnectionSettings settings,
               ClusterNode::Listener& listener, OnMap on_map);

  void open();
  void close();

  /// Who has the slot; null if that is unknown. `any_slot` has a server, too, which stays the same as
  /// long as it is there.
  ClusterNode* owner(Slot slot) const { return owners_[slot]; }
  /// Null if there would be too many.
  ClusterNode* at(const Endpoint& endpoint);
  /// A server has said who has a slot.
  void learn(const Redirection& redirection);
  /// Asks where the slots are, soon.
  void doubt();
  /// To be called when a connection has changed its state.
  void on_node_state(const StateChange& change);

  /// All slots have a server, and no connection has failed.
  bool is_ready() const;
  /// The servers of the cluster. `is_master` is false for those that have no slots.
  template <class Function>
  void for_each_member(Function&& function) {
    for (auto& [name, known] : nodes_) {
      if (known.is_member) function(known.node, known.is_master);
    }
  }
  template <class Function>
  void for_each(Function&& function) {
    for (auto& [name, known] : nodes_) function(known.node);
  }
  std::size_t size() const { return nodes_.size(); }

  /// For contain().
  void on_exception() noexcept { loop_.report_exception(); }

 private:
  struct Known {
    Known(Loop& loop, Connector& connector, ConnectionSettings settings,
          ClusterNode::Listener& listener)
        : node(loop, connector, std::move(settings), listener) {}

    ClusterNode node;
    // In the last answer.
    bool is_member = false;
    bool is_master = false;
  };

  void ask();
  void ask_named();
  void on_slots(const Endpoint& asked, const Answer& answer);
  void apply(const std::vector<SlotRange>& ranges);
  void choose_home();
  /// Removes servers that have left.
  void sweep();

  Loop& loop_;
  Connector& connector_;
  const ConnectionSettings settings_;
  ClusterNode::Listener& listener_;
  const OnMap on_map_;
  std::map<std::string, Known> nodes_;
  /// By slot; the last one is that of any_slot.
  std::vector<ClusterNode*> owners_ = std::vector<ClusterNode*>(slot_count + 1);
  bool is_open_ = false;
  /// Until when the answer to the last question is awaited.
  TimePoint asking_until_ = TimePoint::min();
  bool is_in_doubt_ = false;
  bool has_all_slots_ = false;
  /// Whom to ask: another one each time, since one may be cut off from the others.
  std::size_t turn_ = 0;
  /// It has been logged that the answer to the question is of no use.
  bool was_refused_ = false;
  TimePoint asked_at_ = TimePoint::min();
  MemberTimer<ClusterNodes, &ClusterNodes::ask> timer_{*this};
  MemberTimer<ClusterNodes, &ClusterNodes::sweep> sweep_timer_{*this};
};

}  // namespace socketio::redis
