// SPDX-License-Identifier: MIT
// ClusterClient: reaches a Redis Cluster: each server that has a slot in use by a connection for
// commands, one for subscriptions, or both.
//
//   ClusterNodes           the servers, and who has which slot
//   ClusterCommands        commands on their way, redirections
//   ClusterSubscriptions   what is listened to, and where
//
// Life cycle and threads: as for Client.
#pragma once

#include "redis/client.hpp"
#include "redis/cluster_commands.hpp"
#include "redis/cluster_nodes.hpp"
#include "redis/cluster_subscriptions.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::redis {

class ClusterClient final : public Client, private ClusterNode::Listener {
 public:
  ClusterClient(Loop& loop, std::unique_ptr<Connector> connector,
                const ConnectionSettings& settings, OnPresence on_presence = {});
  ~ClusterClient() override;

  void open() override { nodes_->open(); }
  void close() override;
  bool is_ready() const override { return nodes_->is_ready() && subscriptions_.are_placed(); }
  using Client::send;
  void send(Command command, OnAnswer on_answer) override {
    commands_->send(any_slot, std::move(command), std::move(on_answer));
  }
  using Client::send_for;
  void send_for(std::string_view key, Command command, OnAnswer on_answer) override {
    commands_->send(slot_of(key), std::move(command), std::move(on_answer));
  }
  void ask_all(const std::vector<std::string_view>& words, OnAnswers on_answers) override;
  Subscriber::Id subscribe(SubscriptionKind kind, std::string name, OnMessage on_message) override {
    return subscriptions_.subscribe(kind, std::move(name), std::move(on_message));
  }
  void unsubscribe(Subscriber::Id id) override { subscriptions_.unsubscribe(id); }
  void await_confirmation(Subscriber::Id id, Subscriber::OnConfirmation on_confirmation) override {
    subscriptions_.await_confirmation(id, std::move(on_confirmation));
  }
  KeyConnector& connector_for(std::string_view key) override;
  const ConnectionSettings& settings() const override { return settings_; }

  const ClusterNodes& nodes() const { return *nodes_; }
  const ClusterCommands& commands() const { return *commands_; }

 private:
  /// To the server that has a slot at that moment, or that is said to have a key of it already.
  class OwnerConnector;

  void on_node_state(ClusterNode& node, const StateChange& change) override;
  bool take_command(ClusterNode& node, Pipeline::Entry& entry, const Answer& answer) override;
  void on_redirection(const Redirection& redirection) override { nodes_->learn(redirection); }
  void on_map();

  Loop& loop_;
  const std::unique_ptr<Connector> connector_;
  const ConnectionSettings settings_;
  const std::shared_ptr<ClusterNodes> nodes_;
  const std::shared_ptr<ClusterCommands> commands_;
  ClusterSubscriptions subscriptions_;
  std::vector<std::unique_ptr<OwnerConnector>> owner_connectors_;
};

}  // namespace socketio::redis
