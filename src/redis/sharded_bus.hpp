// SPDX-License-Identifier: MIT
// ShardedBus: the bus of @socket.io/redis-adapter's createShardedAdapter(), over Redis' sharded
// pub/sub: a channel for each namespace, one for the answers to each node, and perhaps one for each
// room, to which the nodes subscribe that have the room.
//
// Life cycle and threads: as for Bus.
#pragma once

#include "redis/channel_bus.hpp"

#include <cstdint>
#include <memory>
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

class ShardedBus final : public ChannelBus {
 public:
  ShardedBus(std::string node_id, std::unique_ptr<Client> client, ShardedBusOptions options);

  void close(const std::string& nsp) override;
  void publish(cluster::MessagePtr message) override;
  void on_room_created(const std::string& nsp, const std::string& room) override;
  void on_room_deleted(const std::string& nsp, const std::string& room) override;

 private:
  using Rooms = std::unordered_map<std::string, Subscriber::Id>;

  bool has_channel(std::string_view room) const;

  const RoomChannels room_channels_;
  /// That have a channel, by namespace.
  std::unordered_map<std::string, Rooms> rooms_;
};

}  // namespace socketio::redis
