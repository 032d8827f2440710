// SPDX-License-Identifier: MIT
// Client: how a process reaches one Redis: a connection for commands and one for subscriptions
// (docs/decisions/0008-redis-by-two-connections.md). Both come back by themselves. While Redis is
// away, commands wait within limits, and subscriptions are remembered.
//
// Life cycle: made with a connector, e.g. net::DirectConnector -> open() -> close(), after which it
// calls nothing -> destroyed, on its loop, but not from within one of its callbacks. Loop's thread
// only.
#pragma once

#include "redis/connection.hpp"
#include "redis/subscriber.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::redis {

class Client final : private Connection::Listener {
 public:
  /// Told when the client becomes usable or stops being so, with the reason.
  enum class Presence : std::uint8_t { present, away };
  using OnPresence = std::function<void(Presence presence, std::string_view why)>;

  Client(Loop& loop, std::unique_ptr<Connector> connector, const ConnectionSettings& settings,
         OnPresence on_presence = {});
  ~Client() override;

  void open();
  void close();

  /// See Connection::send().
  void send(Command command, OnAnswer on_answer = {}) {
    commands_->send(std::move(command), std::move(on_answer));
  }
  void send(Command command, OnAnswer on_answer, std::chrono::milliseconds timeout) {
    commands_->send(std::move(command), std::move(on_answer), timeout);
  }
  Subscriber& subscriber() { return subscriber_; }

  /// Both connections are ready, and all subscriptions restored.
  bool is_ready() const { return commands_->is_ready() && subscriber_.connection().is_ready(); }
  const Connection& commands() const { return *commands_; }
  /// To make further connections, for commands that wait in Redis (XREAD BLOCK).
  Connector& connector() { return *connector_; }
  const ConnectionSettings& settings() const { return settings_; }

 private:
  /// What was last said about one of the two connections.
  struct Said {
    std::string_view name;
    std::string why{};
  };

  void on_state(const StateChange& change) override { tell(change, said_of_commands_); }
  void on_greeted() override { commands_->declare_ready(); }
  bool take_push(const Reply&) override { return false; }
  void tell(const StateChange& change, Said& said);
  void log(const StateChange& change, Said& said) const;

  const std::unique_ptr<Connector> connector_;
  const ConnectionSettings settings_;
  OnPresence on_presence_;
  Presence presence_ = Presence::away;
  Said said_of_commands_{"commands"};
  Said said_of_subscriptions_{"subscriptions"};
  std::shared_ptr<Connection> commands_;
  Subscriber subscriber_;
};

}  // namespace socketio::redis
