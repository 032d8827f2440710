// SPDX-License-Identifier: MIT
#include "redis/sharded_bus.hpp"

#include <utility>

namespace socketio::redis {
namespace {

/// What JavaScript takes for the id of a socket: a text of 20 UTF-16 units.
bool looks_like_a_socket_id(std::string_view room) {
  std::size_t units = 0;
  for (const char c : room) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >> 6 != 2) ++units;
    if (byte >= 0xf0) ++units;
  }
  return units == 20;
}

}  // namespace

ShardedBus::ShardedBus(std::string node_id, std::unique_ptr<Client> client,
                       ShardedBusOptions options)
    : ChannelBus(std::move(node_id), std::move(client), options.channel_prefix,
                 {SubscriptionKind::shard, "SPUBLISH", "SHARDNUMSUB",
                  cluster::ClusterFormat::Encoding::json_if_text}),
      room_channels_(options.room_channels) {}

bool ShardedBus::has_channel(std::string_view room) const {
  return room_channels_ == RoomChannels::of_all_rooms ||
         (room_channels_ == RoomChannels::of_public_rooms && !looks_like_a_socket_id(room));
}

void ShardedBus::close(const std::string& nsp) {
  ChannelBus::close(nsp);
  const auto rooms = rooms_.extract(nsp);
  if (!rooms) return;
  for (const auto& [room, id] : rooms.mapped()) client().unsubscribe(id);
}

void ShardedBus::on_room_created(const std::string& nsp, const std::string& room) {
  if (!listener_of(nsp) || !has_channel(room)) return;
  const auto [known, is_new] = rooms_[nsp].try_emplace(room);
  if (is_new) known->second = subscribe(nsp, channel(nsp, room));
}

void ShardedBus::on_room_deleted(const std::string& nsp, const std::string& room) {
  const auto found = rooms_.find(nsp);
  if (found == rooms_.end()) return;
  const auto known = found->second.find(room);
  if (known == found->second.end()) return;
  client().unsubscribe(known->second);
  found->second.erase(known);
}

void ShardedBus::publish(cluster::MessagePtr message) {
  if (is_missed(*message)) return;
  const auto* const broadcast = std::get_if<cluster::Broadcast>(&message->body);
  // All nodes answer a request, those without the room, too.
  const bool is_for_a_room = broadcast && broadcast->request.empty() &&
                             broadcast->options.rooms.size() == 1 &&
                             has_channel(broadcast->options.rooms.front());
  send(is_for_a_room ? channel(message->nsp, broadcast->options.rooms.front())
                     : channel(message->nsp),
       *message);
}

}  // namespace socketio::redis
