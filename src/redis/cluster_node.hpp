// SPDX-License-Identifier: MIT
// ClusterNode: one server of a Redis Cluster: a connection for commands and one for subscriptions,
// each made when it is first needed.
//
// Life cycle: made -> close() -> destroyed, not from within one of its callbacks. Loop's thread only.
#pragma once

#include "redis/connection_log.hpp"
#include "redis/subscriber.hpp"

#include <deque>
#include <memory>

namespace socketio::redis {

class ClusterNode final : private Connection::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_node_state(ClusterNode& node, const StateChange& change) = 0;
    /// See Connection::Listener.
    virtual bool take_command(ClusterNode& node, Pipeline::Entry& entry, const Answer& answer) = 0;
    /// Another server has the slot of a subscription.
    virtual void on_redirection(const Redirection& redirection) = 0;
  };

  /// `settings` have the server's endpoint. `connector` and `listener` outlive it.
  ClusterNode(Loop& loop, Connector& connector, ConnectionSettings settings, Listener& listener);
  ~ClusterNode() override { close(); }

  Connection& commands();
  Subscriber& subscriber();
  void close();
  /// See Connection.
  std::deque<Pipeline::Entry> take_waiting();

  const Endpoint& endpoint() const { return settings_.address.endpoint; }
  /// It answers commands.
  bool answers() const { return commands_ && commands_->is_ready(); }
  /// A connection has broken, or could not be made. One that is being made for the first time has not.
  bool has_failed() const { return commands_failed_ || subscriptions_failed_; }
  /// Nothing waits for it, and nobody has subscribed.
  bool is_idle() const;

 private:
  void on_state(const StateChange& change) override {
    tell(change, log_of_commands_, commands_failed_);
  }
  void on_greeted() override { commands_->declare_ready(); }
  bool take_push(const Reply&) override { return false; }
  bool take_command(Pipeline::Entry& entry, const Answer& answer) override {
    return listener_.take_command(*this, entry, answer);
  }

  void tell(const StateChange& change, ConnectionLog& log, bool& has_failed);

  Loop& loop_;
  Connector& connector_;
  const ConnectionSettings settings_;
  ClusterNode::Listener& listener_;
  ConnectionLog log_of_commands_;
  ConnectionLog log_of_subscriptions_;
  bool commands_failed_ = false;
  bool subscriptions_failed_ = false;
  std::shared_ptr<Connection> commands_;
  std::unique_ptr<Subscriber> subscriber_;
};

}  // namespace socketio::redis
