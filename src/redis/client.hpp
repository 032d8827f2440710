// SPDX-License-Identifier: MIT
// Client: how a process reaches Redis, which is one server (SingleClient) or a cluster of them
// (ClusterClient). It sends commands and listens to channels. Its connections come back by
// themselves. While Redis is away, commands wait within limits, and subscriptions are remembered.
//
// Life cycle: make_client() -> open() -> close(), after which it calls nothing -> destroyed, on its
// loop, but not from within one of its callbacks. Loop's thread only.
#pragma once

#include "redis/connection.hpp"
#include "redis/key_connector.hpp"
#include "redis/subscriber.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::redis {

class Client {
 public:
  /// Told when the client becomes usable or stops being so, with the reason.
  enum class Presence : std::uint8_t { present, away };
  using OnPresence = std::function<void(Presence presence, std::string_view why)>;

  explicit Client(OnPresence on_presence) : on_presence_(std::move(on_presence)) {}
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  virtual void open() = 0;
  virtual void close() = 0;
  /// Redis is there: what is sent need not wait for a connection to come back.
  virtual bool is_ready() const = 0;

  /// See Connection::send(). To any server.
  virtual void send(Command command, OnAnswer on_answer) = 0;
  void send(Command command) { send(std::move(command), {}); }
  /// To the server that has the key or channel. What is sent for one key keeps its order.
  virtual void send_for(std::string_view key, Command command, OnAnswer on_answer) = 0;
  void send_for(std::string_view key, Command command) { send_for(key, std::move(command), {}); }
  /// To each server, as far as they are there, for what each knows of itself alone. Gets the answers;
  /// none if one is missing that matters.
  using OnAnswers = std::function<void(const std::vector<Reply>& answers)>;
  virtual void ask_all(const std::vector<std::string_view>& words, OnAnswers on_answers) = 0;

  /// See Subscriber.
  virtual Subscriber::Id subscribe(SubscriptionKind kind, std::string name,
                                   OnMessage on_message) = 0;
  virtual void unsubscribe(Subscriber::Id id) = 0;
  virtual void await_confirmation(Subscriber::Id id,
                                  Subscriber::OnConfirmation on_confirmation) = 0;

  /// To make one further connection, to the server that has the key. Lives as long as the client.
  virtual KeyConnector& connector_for(std::string_view key) = 0;
  virtual const ConnectionSettings& settings() const = 0;

 protected:
  /// To be called when is_ready() may have changed.
  void tell_presence(std::string_view why);

 private:
  const OnPresence on_presence_;
  Presence presence_ = Presence::away;
};

/// `connector` reaches the servers, e.g. a net::DirectConnector. The settings' address says whether it
/// is a cluster.
std::unique_ptr<Client> make_client(Loop& loop, std::unique_ptr<Connector> connector,
                                    const ConnectionSettings& settings,
                                    Client::OnPresence on_presence = {});

}  // namespace socketio::redis
