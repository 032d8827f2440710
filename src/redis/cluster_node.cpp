// SPDX-License-Identifier: MIT
#include "redis/cluster_node.hpp"

#include <utility>

namespace socketio::redis {

ClusterNode::ClusterNode(Loop& loop, Connector& connector, ConnectionSettings settings,
                         ClusterNode::Listener& listener)
    : loop_(loop),
      connector_(connector),
      settings_(std::move(settings)),
      listener_(listener),
      log_of_commands_(describe(settings_.address), "commands"),
      log_of_subscriptions_(describe(settings_.address), "subscriptions") {}

Connection& ClusterNode::commands() {
  if (!commands_) {
    commands_ = Connection::make(loop_, connector_, settings_, *this);
    commands_->open();
  }
  return *commands_;
}

Subscriber& ClusterNode::subscriber() {
  if (!subscriber_) {
    subscriber_ = std::make_unique<Subscriber>(
        loop_, connector_, settings_,
        [this](const StateChange& change) {
          tell(change, log_of_subscriptions_, subscriptions_failed_);
        },
        [this](const Redirection& redirection) { listener_.on_redirection(redirection); });
    subscriber_->open();
  }
  return *subscriber_;
}

void ClusterNode::close() {
  if (commands_) commands_->close();
  if (subscriber_) subscriber_->close();
}

std::deque<Pipeline::Entry> ClusterNode::take_waiting() {
  return commands_ ? commands_->take_waiting() : std::deque<Pipeline::Entry>();
}

bool ClusterNode::is_idle() const {
  return (!commands_ || (commands_->unanswered() == 0 && commands_->waiting() == 0)) &&
         (!subscriber_ || subscriber_->names() == 0);
}

void ClusterNode::tell(const StateChange& change, ConnectionLog& log, bool& has_failed) {
  if (change.now == ConnectionState::waiting) has_failed = true;
  if (change.now == ConnectionState::ready) has_failed = false;
  log.tell(change);
  listener_.on_node_state(*this, change);
}

}  // namespace socketio::redis
