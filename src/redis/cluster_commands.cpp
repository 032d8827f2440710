// SPDX-License-Identifier: MIT
#include "redis/cluster_commands.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::redis {

ClusterCommands::ClusterCommands(Loop& loop, ClusterNodes& nodes,
                                 const ConnectionSettings& settings)
    : loop_(loop), nodes_(nodes), limits_(settings.limits), times_(settings.times) {}

void ClusterCommands::close() {
  is_closed_ = true;
  timer_.cancel();
  traffic_.clear();
  held_commands_ = held_bytes_ = 0;
}

// --- Sending ---

void ClusterCommands::send(Slot slot, Command command, OnAnswer on_answer) {
  if (is_closed_) return;
  Entry entry{std::move(command), std::move(on_answer), times_.answer, loop_.timers().now(), slot};
  Traffic& traffic = traffic_[slot];
  ClusterNode* const owner = nodes_.owner(slot);
  if (!is_held(traffic, owner)) return transmit(traffic, *owner, std::move(entry));
  if (has_room(entry)) return hold(traffic.later, std::move(entry));
  ++dropped_;
  std::deque<Entry> dropped;
  dropped.push_back(std::move(entry));
  give_up(std::move(dropped), CommandErrc::dropped);
}

bool ClusterCommands::is_held(const Traffic& traffic, const ClusterNode* owner) const {
  return !owner || !traffic.redirected.empty() || !traffic.later.empty() ||
         (traffic.unanswered != 0 && traffic.node != owner);
}

bool ClusterCommands::has_room(const Entry& entry) const {
  const std::size_t bytes = entry.command.bytes().size();
  return held_commands_ < limits_.waiting_commands && bytes <= limits_.waiting_bytes &&
         held_bytes_ <= limits_.waiting_bytes - bytes;
}

void ClusterCommands::hold(std::deque<Entry>& queue, Entry entry) {
  ++held_commands_;
  held_bytes_ += entry.command.bytes().size();
  queue.push_back(std::move(entry));
  if (!timer_.armed()) loop_.timers().arm(timer_, retry);
}

ClusterCommands::Entry ClusterCommands::release(std::deque<Entry>& queue) {
  Entry entry = std::move(queue.front());
  queue.pop_front();
  --held_commands_;
  held_bytes_ -= entry.command.bytes().size();
  return entry;
}

void ClusterCommands::transmit(Traffic& traffic, ClusterNode& node, Entry entry) {
  traffic.node = &node;
  ++traffic.unanswered;
  node.commands().send(std::move(entry));
}

void ClusterCommands::proceed(Slot slot) {
  const auto found = traffic_.find(slot);
  if (found == traffic_.end()) return;
  Traffic& traffic = found->second;
  if (traffic.unanswered != 0 || traffic.is_paused) return;
  const bool is_asking = traffic.asking.has_value();
  ClusterNode* const node = is_asking ? nodes_.at(*traffic.asking) : nodes_.owner(slot);
  traffic.asking.reset();
  // What is refused at once does not come back here in the middle.
  ++traffic.unanswered;
  const bool is_trial = traffic.is_trial;
  const auto may_send = [&](const std::deque<Entry>& queue) {
    return node && !queue.empty() && !(is_trial && traffic.unanswered > 1);
  };
  while (may_send(traffic.redirected)) {
    if (is_asking) node->commands().send(Command{"ASKING"}, [](const Answer&) {});
    transmit(traffic, *node, release(traffic.redirected));
  }
  // The later ones may still be where they belong. They follow when these are answered.
  while (!is_asking && may_send(traffic.later)) transmit(traffic, *node, release(traffic.later));
  if (--traffic.unanswered != 0 || !traffic.redirected.empty() || !traffic.later.empty()) return;
  traffic_.erase(found);
}

void ClusterCommands::proceed_all() {
  std::vector<Slot> slots;
  for (const auto& [slot, traffic] : traffic_) slots.push_back(slot);
  for (const Slot slot : slots) proceed(slot);
}

// --- Answers ---

bool ClusterCommands::take_command(ClusterNode& node, Pipeline::Entry& entry,
                                   const Answer& answer) {
  if (is_closed_ || entry.slot == no_slot) return false;
  const Slot slot = entry.slot;
  const auto found = traffic_.find(slot);
  if (found == traffic_.end()) return false;
  const bool is_taken =
      answer && answer->is_error() && take_refused(node, found->second, entry, answer->text());
  found->second.is_trial = false;
  --found->second.unanswered;
  proceed(slot);
  return is_taken;
}

bool ClusterCommands::take_refused(ClusterNode& node, Traffic& traffic, Entry& entry,
                                   std::string_view error) {
  const auto redirection = redirection_in(error, node.endpoint());
  const bool is_unowned = error_code(error) == "CLUSTERDOWN" || error_code(error) == "TRYAGAIN";
  if (!redirection && !is_unowned) return false;
  redirection ? nodes_.learn(*redirection) : nodes_.doubt();
  if (!has_room(entry)) return false;
  if (is_unowned) {
    // It waits for as long as any command.
    traffic.is_paused = true;
  } else if (entry.hops++ == hop_limit) {
    return false;
  }
  traffic.asking.reset();
  if (redirection && redirection->kind == Redirection::Kind::ask)
    traffic.asking = redirection->endpoint;
  hold(traffic.redirected, std::move(entry));
  // Those behind it were not sent.
  if (traffic.is_trial)
    std::rotate(traffic.redirected.begin(), traffic.redirected.end() - 1, traffic.redirected.end());
  return true;
}

void ClusterCommands::on_map() {
  if (is_closed_) return;
  // What waits for a server that is away may belong to another one.
  nodes_.for_each([this](ClusterNode& node) {
    if (node.answers()) return;
    std::deque<Entry> kept;
    for (Entry& entry : node.take_waiting()) {
      const auto found = traffic_.find(entry.slot);
      if (found == traffic_.end() || nodes_.owner(entry.slot) == &node) {
        kept.push_back(std::move(entry));
      } else {
        --found->second.unanswered;
        // Nobody has refused it there. It waits for as long as any command.
        entry.hops = 0;
        hold(found->second.redirected, std::move(entry));
      }
    }
    for (Entry& entry : kept) node.commands().send(std::move(entry));
  });
  proceed_all();
}

// --- Time ---

void ClusterCommands::try_again() {
  std::deque<Entry> expired;
  for (auto& [slot, traffic] : traffic_) {
    // One shows whether the others may follow.
    if (traffic.unanswered == 0 && std::exchange(traffic.is_paused, false)) traffic.is_trial = true;
    expire(traffic.redirected, expired);
    expire(traffic.later, expired);
  }
  expired_ += expired.size();
  give_up(std::move(expired), CommandErrc::expired);
  proceed_all();
  if (held_commands_ == 0) return;
  loop_.timers().arm(timer_, retry);
  nodes_.doubt();
}

void ClusterCommands::expire(std::deque<Entry>& queue, std::deque<Entry>& expired) {
  while (!queue.empty() && queue.front().queued_at + times_.waiting <= loop_.now())
    expired.push_back(release(queue));
}

void ClusterCommands::give_up(std::deque<Entry> entries, CommandErrc code) {
  if (entries.empty()) return;
  if (loop_.now() >= silent_until_) {
    silent_until_ = loop_.now() + Connection::log_interval;
    log_line(LogScope::redis, LogLevel::warning,
             {"what was sent to the cluster is given up: ",
              code == CommandErrc::dropped ? "too much waits" : "nobody has its slot"});
  }
  auto shared = std::make_shared<std::deque<Entry>>(std::move(entries));
  loop_.defer([weak = weak_from_this(), shared, code] {
    for (const Entry& entry : *shared) {
      const auto self = weak.lock();
      if (!self || self->is_closed_) return;
      if (entry.on_answer) contain(*self, [&] { entry.on_answer(code); });
    }
  });
}

}  // namespace socketio::redis
