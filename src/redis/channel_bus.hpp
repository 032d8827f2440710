// SPDX-License-Identifier: MIT
// ChannelBus: what ShardedBus and StreamsBus share. Both carry the messages of JavaScript's ClusterAdapter
// over pub/sub, on a channel for each namespace, by whose subscribers Redis counts the nodes, and on one
// for the answers to each node.
//
// Life cycle and threads: as for Bus.
#pragma once

#include "cluster/bus.hpp"
#include "cluster/cluster_format.hpp"
#include "redis/client.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace socketio::redis {

/// How its pub/sub is spoken.
struct PubSub {
  SubscriptionKind kind;
  std::string_view publish;
  /// After PUBSUB.
  std::string_view count;
  cluster::ClusterFormat::Encoding encoding;
};

class ChannelBus : public cluster::Bus {
 public:
  ~ChannelBus() override;

  const std::string& node_id() const override { return node_id_; }
  void open(const std::string& nsp, Listener& listener) override;
  void close(const std::string& nsp) override;
  void answer(const std::string& node, cluster::MessagePtr message) override;
  Nodes nodes() const override { return Nodes::counted; }
  void count_nodes(const std::string& nsp,
                   std::function<void(std::optional<std::size_t>)> counted) override;

  /// Messages that arrived and were none, or came for another namespace.
  std::uint64_t ignored() const { return ignored_; }

 protected:
  ChannelBus(std::string node_id, std::unique_ptr<Client> client, std::string channel_prefix,
             const PubSub& pub_sub);

  Client& client() { return *client_; }
  cluster::ClusterFormat& format() { return format_; }
  /// Null if the namespace is not open.
  Listener* listener_of(const std::string& nsp) const;
  std::string channel(std::string_view nsp) const;
  std::string channel(std::string_view nsp, std::string_view node_or_room) const;
  Subscriber::Id subscribe(const std::string& nsp, std::string name);
  void send(const std::string& channel, const cluster::Message& message);
  /// A volatile event for which Redis is not ready.
  bool is_missed(const cluster::Message& message) const;
  void count_ignored() { ++ignored_; }

 private:
  struct Opened {
    Listener& listener;
    Subscriber::Id messages = 0;
    Subscriber::Id answers = 0;
  };

  void on_payload(const std::string& nsp, std::string_view payload);

  const std::string node_id_;
  const std::string prefix_;
  const PubSub pub_sub_;
  cluster::ClusterFormat format_;
  std::unordered_map<std::string, Opened> opened_;
  std::uint64_t ignored_ = 0;
  const std::unique_ptr<Client> client_;
};

}  // namespace socketio::redis
