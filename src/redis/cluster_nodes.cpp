// SPDX-License-Identifier: MIT
#include "redis/cluster_nodes.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace socketio::redis {
namespace {

std::string name_of(const Endpoint& endpoint) {
  return endpoint.host + ':' + std::to_string(endpoint.port);
}

}  // namespace

ClusterNodes::ClusterNodes(Loop& loop, Connector& connector, ConnectionSettings settings,
                           ClusterNode::Listener& listener, OnMap on_map)
    : loop_(loop),
      connector_(connector),
      settings_(std::move(settings)),
      listener_(listener),
      on_map_(std::move(on_map)) {}

void ClusterNodes::open() {
  is_open_ = is_in_doubt_ = true;
  ask_named();
}

void ClusterNodes::close() {
  is_open_ = false;
  timer_.cancel();
  sweep_timer_.cancel();
  for (auto& [name, known] : nodes_) known.node.close();
}

ClusterNode* ClusterNodes::at(const Endpoint& endpoint) {
  const std::string name = name_of(endpoint);
  const auto found = nodes_.find(name);
  if (found != nodes_.end()) return &found->second.node;
  if (!is_open_ || nodes_.size() >= node_limit) return nullptr;
  ConnectionSettings settings = settings_;
  settings.address.cluster.clear();
  settings.address.endpoint = endpoint;
  return &nodes_.try_emplace(name, loop_, connector_, std::move(settings), listener_)
              .first->second.node;
}

// --- Asking ---

void ClusterNodes::doubt() {
  is_in_doubt_ = true;
  if (!is_open_ || timer_.armed()) return;
  const TimePoint now = loop_.now();
  loop_.timers().arm(timer_, std::max({asked_at_ + refresh, asking_until_, now}) - now);
}

void ClusterNodes::on_node_state(const StateChange& change) {
  if (change.now == ConnectionState::waiting || is_in_doubt_) doubt();
}

void ClusterNodes::ask_named() {
  for (const Endpoint& endpoint : settings_.address.cluster) {
    if (ClusterNode* const node = at(endpoint)) node->commands();
  }
}

void ClusterNodes::ask() {
  if (!is_open_ || !is_in_doubt_) return;
  std::vector<ClusterNode*> there;
  for_each([&](ClusterNode& node) {
    if (node.answers()) there.push_back(&node);
  });
  // The next one that connects brings the question back.
  if (there.empty()) return ask_named();
  asked_at_ = loop_.now();
  asking_until_ = asked_at_ + patience;
  is_in_doubt_ = false;
  ClusterNode& node = *there[turn_++ % there.size()];
  node.commands().send({"CLUSTER", "SLOTS"}, [this, asked = node.endpoint()](const Answer& answer) {
    asking_until_ = TimePoint::min();
    // It may wait for that answer.
    timer_.cancel();
    on_slots(asked, answer);
  });
}

void ClusterNodes::on_slots(const Endpoint& asked, const Answer& answer) {
  auto ranges = answer ? slot_ranges_in(*answer, asked) : std::nullopt;
  // That server has not joined yet, or does not know the others any more.
  if (ranges && ranges->empty()) ranges.reset();
  if (ranges) {
    was_refused_ = false;
    apply(*ranges);
  } else if (answer && !std::exchange(was_refused_, true)) {
    log_line(
        LogScope::redis, LogLevel::error,
        {name_of(asked), " does not say where the slots of its cluster are: ", answer->text()});
  }
  if (!ranges || is_in_doubt_ || !is_ready()) doubt();
}

void ClusterNodes::apply(const std::vector<SlotRange>& ranges) {
  for (auto& [name, known] : nodes_) known.is_member = known.is_master = false;
  const auto member = [this](const Endpoint& endpoint) -> Known* {
    if (!at(endpoint)) return nullptr;
    Known& known = nodes_.find(name_of(endpoint))->second;
    known.is_member = true;
    return &known;
  };
  std::fill(owners_.begin(), owners_.end() - 1, nullptr);
  for (const SlotRange& range : ranges) {
    Known* const master = member(range.master);
    if (!master) continue;
    master->is_master = true;
    std::fill(owners_.begin() + range.first, owners_.begin() + range.last + 1, &master->node);
    for (const Endpoint& replica : range.replicas) member(replica);
  }
  choose_home();
  has_all_slots_ =
      std::none_of(owners_.begin(), owners_.end(), [](const auto* owner) { return !owner; });
  if (!sweep_timer_.armed()) loop_.timers().arm(sweep_timer_, refresh);
  on_map_();
}

void ClusterNodes::choose_home() {
  ClusterNode* const home = owners_[any_slot];
  const auto current = std::find_if(nodes_.begin(), nodes_.end(),
                                    [&](const auto& one) { return &one.second.node == home; });
  // While it connects for the first time, it is left in peace.
  if (current != nodes_.end() && current->second.is_master && !home->has_failed()) return;
  std::vector<ClusterNode*> choice;
  for (auto& [name, known] : nodes_) {
    if (known.is_master && !known.node.has_failed()) choice.push_back(&known.node);
  }
  if (choice.empty()) return;
  // They are many processes, which are not all to take the same one.
  std::uint8_t random = 0;
  loop_.entropy().fill({&random, 1});
  owners_[any_slot] = choice[random % choice.size()];
}

void ClusterNodes::learn(const Redirection& redirection) {
  ClusterNode* const node = at(redirection.endpoint);
  if (redirection.kind == Redirection::Kind::moved && node) {
    const bool is_news = owners_[redirection.slot] != node;
    owners_[redirection.slot] = node;
    if (is_news) on_map_();
  }
  doubt();
}

// --- The cluster ---

bool ClusterNodes::is_ready() const {
  return has_all_slots_ && std::all_of(nodes_.begin(), nodes_.end(), [](const auto& one) {
           return !one.second.is_master || !one.second.node.has_failed();
         });
}

void ClusterNodes::sweep() {
  bool has_left = false;
  for (auto it = nodes_.begin(); it != nodes_.end();) {
    ClusterNode& node = it->second.node;
    const bool is_in_use =
        it->second.is_member || std::find(owners_.begin(), owners_.end(), &node) != owners_.end();
    if (!is_in_use && node.is_idle()) {
      node.close();
      it = nodes_.erase(it);
    } else {
      has_left |= !is_in_use;
      ++it;
    }
  }
  if (has_left) loop_.timers().arm(sweep_timer_, refresh);
}

}  // namespace socketio::redis
