// SPDX-License-Identifier: MIT
#include "cluster/members.hpp"

#include <utility>

namespace socketio::cluster {

namespace {

// As in JavaScript: a silent node is found at most this much late.
constexpr std::chrono::seconds sweep_interval{1};

}  // namespace

Members::Members(Loop& loop, const MembersLimits& limits, std::function<void()> send_heartbeat,
                 std::function<void(const std::string& node)> gone)
    : loop_(loop),
      limits_(limits),
      send_heartbeat_(std::move(send_heartbeat)),
      gone_(std::move(gone)) {
  on_published();
}

void Members::on_published() { loop_.timers().arm(heartbeat_, limits_.interval); }

void Members::beat() {
  on_published();
  send_heartbeat_();
}

void Members::on_sign_of_life(const std::string& node) {
  const auto known = last_seen_.find(node);
  if (known != last_seen_.end()) {
    known->second = loop_.now();
    return;
  }
  if (last_seen_.size() >= limits_.nodes) return;
  last_seen_.emplace(node, loop_.now());
  if (!sweep_.armed()) loop_.timers().arm(sweep_, sweep_interval);
}

void Members::sweep() {
  std::vector<std::string> silent;
  for (const auto& [node, seen] : last_seen_) {
    if (loop_.now() - seen > limits_.timeout) silent.push_back(node);
  }
  for (const std::string& node : silent) last_seen_.erase(node);
  if (!last_seen_.empty()) loop_.timers().arm(sweep_, sweep_interval);
  for (const std::string& node : silent) gone_(node);
}

std::vector<std::string> Members::nodes() const {
  std::vector<std::string> nodes;
  nodes.reserve(last_seen_.size());
  for (const auto& [node, seen] : last_seen_) nodes.push_back(node);
  return nodes;
}

}  // namespace socketio::cluster
