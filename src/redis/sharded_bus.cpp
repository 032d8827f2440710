// SPDX-License-Identifier: MIT
#include "redis/sharded_bus.hpp"

#include "redis/counting.hpp"

#include <algorithm>
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
    : node_id_(std::move(node_id)), options_(std::move(options)), client_(std::move(client)) {
  client_->open();
}

ShardedBus::~ShardedBus() { client_->close(); }

std::string ShardedBus::channel(std::string_view nsp) const {
  return options_.channel_prefix + '#' + std::string(nsp) + '#';
}

std::string ShardedBus::channel(std::string_view nsp, std::string_view node_or_room) const {
  return channel(nsp) + std::string(node_or_room) + '#';
}

bool ShardedBus::has_channel(std::string_view room) const {
  return options_.room_channels == RoomChannels::of_all_rooms ||
         (options_.room_channels == RoomChannels::of_public_rooms && !looks_like_a_socket_id(room));
}

Subscriber::Id ShardedBus::subscribe(const std::string& nsp, std::string name) {
  return client_->subscriber().subscribe(
      SubscriptionKind::shard, std::move(name),
      [this, nsp](const Message& message) { on_payload(nsp, message.payload); });
}

void ShardedBus::open(const std::string& nsp, Listener& listener) {
  Opened& opened = opened_.emplace(nsp, Opened{listener}).first->second;
  opened.answers = subscribe(nsp, channel(nsp, node_id_));
  // The last one, because from then on this node is counted.
  opened.messages = subscribe(nsp, channel(nsp));
}

void ShardedBus::close(const std::string& nsp) {
  const auto found = opened_.find(nsp);
  if (found == opened_.end()) return;
  Subscriber& subscriber = client_->subscriber();
  subscriber.unsubscribe(found->second.messages);
  subscriber.unsubscribe(found->second.answers);
  for (const auto& [room, id] : found->second.rooms) subscriber.unsubscribe(id);
  opened_.erase(found);
}

void ShardedBus::on_room_created(const std::string& nsp, const std::string& room) {
  const auto found = opened_.find(nsp);
  if (found == opened_.end() || !has_channel(room) || found->second.rooms.contains(room)) return;
  found->second.rooms.emplace(room, subscribe(nsp, channel(nsp, room)));
}

void ShardedBus::on_room_deleted(const std::string& nsp, const std::string& room) {
  const auto found = opened_.find(nsp);
  if (found == opened_.end()) return;
  const auto known = found->second.rooms.find(room);
  if (known == found->second.rooms.end()) return;
  client_->subscriber().unsubscribe(known->second);
  found->second.rooms.erase(known);
}

// --- Sending ---

void ShardedBus::send(const std::string& channel, const cluster::Message& message) {
  const auto payload = format_.encode(message, ClusterFormat::Encoding::json_if_text);
  if (payload) client_->send({"SPUBLISH", channel, *payload});
}

void ShardedBus::publish(cluster::MessagePtr message) {
  const auto* const broadcast = std::get_if<cluster::Broadcast>(&message->body);
  if (broadcast && broadcast->options.flags.is_volatile && !client_->is_ready()) return;
  // All nodes answer a request, those without the room, too.
  const bool is_for_a_room = broadcast && broadcast->request.empty() &&
                             broadcast->options.rooms.size() == 1 &&
                             has_channel(broadcast->options.rooms.front());
  send(is_for_a_room ? channel(message->nsp, broadcast->options.rooms.front())
                     : channel(message->nsp),
       *message);
}

void ShardedBus::answer(const std::string& node, cluster::MessagePtr message) {
  if (!node.empty()) send(channel(message->nsp, node), *message);
}

void ShardedBus::count_nodes(const std::string& nsp,
                             std::function<void(std::optional<std::size_t>)> counted) {
  const auto found = opened_.find(nsp);
  const Subscriber::Id own = found == opened_.end() ? 0 : found->second.messages;
  redis::count_nodes(*client_, own, "SHARDNUMSUB", channel(nsp), std::move(counted));
}

// --- Receiving ---

void ShardedBus::on_payload(const std::string& nsp, std::string_view payload) {
  const auto found = opened_.find(nsp);
  if (found == opened_.end()) return;
  auto message = format_.decode(payload);
  if (!message || message->nsp != nsp) {
    ++ignored_;
    return;
  }
  found->second.listener.on_message(std::make_shared<cluster::Message>(*std::move(message)));
}

}  // namespace socketio::redis
