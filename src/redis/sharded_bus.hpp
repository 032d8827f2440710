// SPDX-License-Identifier: MIT
// ShardedBus: the bus of @socket.io/redis-adapter's createShardedAdapter(), over Redis' sharded
// pub/sub: a channel for each namespace, one for the answers to each node, and perhaps one for each
// room, to which the nodes subscribe that have the room.
//
// Life cycle and threads: as for Bus.
#pragma once

#include "cluster/bus.hpp"
#include "redis/client.hpp"
#include "redis/cluster_format.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace socketio::redis {

/// Which rooms have a channel of their own: none, those that are not the id of a socket, or all. Every
/// node of a cluster needs the same.
enum class RoomChannels : std::uint8_t { none, of_public_rooms, of_all_rooms };

struct ShardedBusOptions {
  std::string channel_prefix = "socket.io";
  RoomChannels room_channels = RoomChannels::of_public_rooms;
};

class ShardedBus final : public cluster::Bus {
 public:
  ShardedBus(std::string node_id, std::unique_ptr<Client> client, ShardedBusOptions options);
  ~ShardedBus() override;

  const std::string& node_id() const override { return node_id_; }
  void open(const std::string& nsp, Listener& listener) override;
  void close(const std::string& nsp) override;
  void publish(cluster::MessagePtr message) override;
  void answer(const std::string& node, cluster::MessagePtr message) override;
  bool can_count() const override { return true; }
  void count_nodes(const std::string& nsp,
                   std::function<void(std::optional<std::size_t>)> counted) override;
  void on_room_created(const std::string& nsp, const std::string& room) override;
  void on_room_deleted(const std::string& nsp, const std::string& room) override;

  /// Messages that arrived and were none, or came for another namespace.
  std::uint64_t ignored() const { return ignored_; }

 private:
  struct Opened {
    Listener& listener;
    Subscriber::Id messages = 0;
    Subscriber::Id answers = 0;
    std::unordered_map<std::string, Subscriber::Id> rooms{};
  };

  std::string channel(std::string_view nsp) const;
  std::string channel(std::string_view nsp, std::string_view node_or_room) const;
  bool has_channel(std::string_view room) const;
  Subscriber::Id subscribe(const std::string& nsp, std::string name);
  void on_payload(const std::string& nsp, std::string_view payload);
  void send(const std::string& channel, const cluster::Message& message);

  const std::string node_id_;
  const ShardedBusOptions options_;
  ClusterFormat format_;
  std::unordered_map<std::string, Opened> opened_;
  std::uint64_t ignored_ = 0;
  std::unique_ptr<Client> client_;
};

}  // namespace socketio::redis
