// SPDX-License-Identifier: MIT
#include "redis/cluster_subscriptions.hpp"

#include <utility>

namespace socketio::redis {

Subscriber::Id ClusterSubscriptions::subscribe(SubscriptionKind kind, std::string name,
                                               OnMessage on_message) {
  const Subscriber::Id id = ++last_id_;
  const Slot slot = kind == SubscriptionKind::shard ? slot_of(name) : any_slot;
  slots_.emplace(id, slot);
  const auto [found, is_new] = groups_.try_emplace(slot);
  Group& group = found->second;
  if (is_new) ++unplaced_;
  if (!group.node && (group.node = nodes_.owner(slot))) --unplaced_;
  Use& use = group.uses[id];
  use = {kind, std::move(name), std::make_shared<OnMessage>(std::move(on_message))};
  group.node ? begin(*group.node, use) : nodes_.doubt();
  return id;
}

void ClusterSubscriptions::begin(ClusterNode& node, Use& use) {
  use.there = node.subscriber().subscribe(
      use.kind, use.name,
      [on_message = use.on_message](const Message& message) { (*on_message)(message); });
}

void ClusterSubscriptions::unsubscribe(Subscriber::Id id) {
  const auto slot = slots_.extract(id);
  if (!slot) return;
  const auto found = groups_.find(slot.mapped());
  Group& group = found->second;
  const auto use = group.uses.extract(id);
  ClusterNode* const node = group.node;
  if (group.uses.empty()) {
    if (!node) --unplaced_;
    groups_.erase(found);
  }
  if (node) node->subscriber().unsubscribe(use.mapped().there);
}

void ClusterSubscriptions::await_confirmation(Subscriber::Id id,
                                              Subscriber::OnConfirmation on_confirmation) {
  const auto slot = slots_.find(id);
  if (slot == slots_.end()) return on_confirmation(Subscriber::Confirmation::not_now);
  Group& group = groups_.find(slot->second)->second;
  if (!group.node) return on_confirmation(Subscriber::Confirmation::not_now);
  auto& waiting = group.uses.find(id)->second.waiting;
  waiting.push_back(std::move(on_confirmation));
  if (waiting.size() == 1) wait(slot->second, id);
}

void ClusterSubscriptions::wait(Slot slot, Subscriber::Id id) {
  const Group& at = groups_.find(slot)->second;
  at.node->subscriber().await_confirmation(
      at.uses.find(id)->second.there, [this, slot, id](Subscriber::Confirmation confirmation) {
        const auto group = groups_.find(slot);
        if (group == groups_.end()) return;
        const auto use = group->second.uses.find(id);
        if (use == group->second.uses.end()) return;
        const auto waiting = std::exchange(use->second.waiting, {});
        for (const auto& one : waiting) one(confirmation);
      });
}

void ClusterSubscriptions::on_map() {
  for (auto& [slot, group] : groups_) {
    ClusterNode* const owner = nodes_.owner(slot);
    if (owner && owner != group.node) move(slot, group);
  }
}

void ClusterSubscriptions::move(Slot slot, Group& group) {
  ClusterNode* const before = std::exchange(group.node, nodes_.owner(slot));
  if (!before) --unplaced_;
  for (auto& [id, use] : group.uses) {
    const Subscriber::Id there = use.there;
    begin(*group.node, use);
    if (before) before->subscriber().unsubscribe(there);
    // Who waited there is not called.
    if (!use.waiting.empty()) wait(slot, id);
  }
}

}  // namespace socketio::redis
