// SPDX-License-Identifier: MIT
// ClassicBus: the bus of @socket.io/redis-adapter's createAdapter(): broadcasts on a channel for each
// namespace and room, requests and responses on one each. Redis counts the nodes: they are those that
// subscribe to the channel of requests.
//
// JavaScript's nodes do some requests (joining, leaving, disconnecting) when their own message comes
// back; this one has done them before, and ignores what it has sent itself.
//
// Life cycle and threads: as for Bus.
#pragma once

#include "cluster/bus.hpp"
#include "redis/classic_format.hpp"
#include "redis/client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::redis {

/// Where responses are sent: to all nodes, or to the one that has asked. All listen to both.
enum class Responses : std::uint8_t { shared_channel, specific_channel };

struct ClassicBusOptions {
  std::string key = "socket.io";
  Responses responses = Responses::shared_channel;
};

class ClassicBus final : public cluster::Bus {
 public:
  ClassicBus(std::string node_id, std::unique_ptr<Client> client, ClassicBusOptions options);
  ~ClassicBus() override;

  const std::string& node_id() const override { return node_id_; }
  void open(const std::string& nsp, Listener& listener) override;
  void close(const std::string& nsp) override;
  void publish(cluster::MessagePtr message) override;
  void answer(const std::string& node, cluster::MessagePtr message) override;
  Nodes nodes() const override { return Nodes::counted; }
  void count_nodes(const std::string& nsp,
                   std::function<void(std::optional<std::size_t>)> counted) override;

  /// Messages that arrived and were none, or came for another namespace.
  std::uint64_t ignored() const { return ignored_; }

 private:
  struct Opened {
    ClassicChannels channels;
    Listener& listener;
    std::vector<Subscriber::Id> subscriptions{};
  };

  void on_broadcast(Opened& opened, const std::string& nsp, std::string_view payload);
  void on_request(Opened& opened, const std::string& nsp, std::string_view payload);
  void on_response(Opened& opened, const std::string& nsp, std::string_view payload);
  void send(const std::string& channel, std::string_view payload);

  const std::string node_id_;
  /// How every broadcast of this node begins.
  const std::string own_beginning_;
  const ClassicBusOptions options_;
  ClassicFormat format_;
  std::unordered_map<std::string, std::unique_ptr<Opened>> opened_;
  std::uint64_t ignored_ = 0;
  std::unique_ptr<Client> client_;
};

}  // namespace socketio::redis
