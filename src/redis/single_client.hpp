// SPDX-License-Identifier: MIT
// SingleClient: reaches one Redis by a connection for commands and one for subscriptions
// (docs/decisions/0008-redis-by-two-connections.md).
//
// Life cycle and threads: as for Client.
#pragma once

#include "redis/client.hpp"
#include "redis/connection_log.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::redis {

class SingleClient final : public Client, private Connection::Listener {
 public:
  SingleClient(Loop& loop, std::unique_ptr<Connector> connector, const ConnectionSettings& settings,
               OnPresence on_presence = {});
  ~SingleClient() override;

  void open() override;
  void close() override;
  bool is_ready() const override {
    return commands_->is_ready() && subscriber_.connection().is_ready();
  }
  using Client::send;
  void send(Command command, OnAnswer on_answer) override {
    commands_->send(std::move(command), std::move(on_answer));
  }
  using Client::send_for;
  void send_for(std::string_view, Command command, OnAnswer on_answer) override {
    commands_->send(std::move(command), std::move(on_answer));
  }
  void ask_all(const std::vector<std::string_view>& words, OnAnswers on_answers) override;
  Subscriber::Id subscribe(SubscriptionKind kind, std::string name, OnMessage on_message) override {
    return subscriber_.subscribe(kind, std::move(name), std::move(on_message));
  }
  void unsubscribe(Subscriber::Id id) override { subscriber_.unsubscribe(id); }
  void await_confirmation(Subscriber::Id id, Subscriber::OnConfirmation on_confirmation) override {
    subscriber_.await_confirmation(id, std::move(on_confirmation));
  }
  KeyConnector& connector_for(std::string_view) override { return sole_server_; }
  const ConnectionSettings& settings() const override { return settings_; }

  const Connection& commands() const { return *commands_; }
  const Subscriber& subscriber() const { return subscriber_; }

 private:
  void on_state(const StateChange& change) override { tell(change, log_of_commands_); }
  void on_greeted() override { commands_->declare_ready(); }
  bool take_push(const Reply&) override { return false; }
  void tell(const StateChange& change, ConnectionLog& log);

  const std::unique_ptr<Connector> connector_;
  SoleServer sole_server_{*connector_};
  const ConnectionSettings settings_;
  ConnectionLog log_of_commands_;
  ConnectionLog log_of_subscriptions_;
  std::shared_ptr<Connection> commands_;
  Subscriber subscriber_;
};

}  // namespace socketio::redis
