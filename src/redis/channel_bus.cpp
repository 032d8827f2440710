// SPDX-License-Identifier: MIT
#include "redis/channel_bus.hpp"

#include "redis/counting.hpp"

#include <utility>

namespace socketio::redis {

ChannelBus::ChannelBus(std::string node_id, std::unique_ptr<Client> client,
                       std::string channel_prefix, const PubSub& pub_sub)
    : node_id_(std::move(node_id)),
      prefix_(std::move(channel_prefix)),
      pub_sub_(pub_sub),
      client_(std::move(client)) {
  client_->open();
}

ChannelBus::~ChannelBus() { client_->close(); }

std::string ChannelBus::channel(std::string_view nsp) const {
  return prefix_ + '#' + std::string(nsp) + '#';
}

std::string ChannelBus::channel(std::string_view nsp, std::string_view node_or_room) const {
  return channel(nsp) + std::string(node_or_room) + '#';
}

Subscriber::Id ChannelBus::subscribe(const std::string& nsp, std::string name) {
  return client_->subscribe(pub_sub_.kind, std::move(name), [this, nsp](const Message& message) {
    on_payload(nsp, message.payload);
  });
}

void ChannelBus::open(const std::string& nsp, Listener& listener) {
  Opened& opened = opened_.emplace(nsp, Opened{listener}).first->second;
  opened.answers = subscribe(nsp, channel(nsp, node_id_));
  // The last one, because from then on this node is counted.
  opened.messages = subscribe(nsp, channel(nsp));
}

void ChannelBus::close(const std::string& nsp) {
  const auto found = opened_.find(nsp);
  if (found == opened_.end()) return;
  client_->unsubscribe(found->second.messages);
  client_->unsubscribe(found->second.answers);
  opened_.erase(found);
}

cluster::Bus::Listener* ChannelBus::listener_of(const std::string& nsp) const {
  const auto found = opened_.find(nsp);
  return found == opened_.end() ? nullptr : &found->second.listener;
}

// --- Sending ---

void ChannelBus::send(const std::string& channel, const cluster::Message& message) {
  const auto payload = format_.encode(message, pub_sub_.encoding);
  if (!payload) return;
  Command command{pub_sub_.publish, channel, *payload};
  pub_sub_.kind == SubscriptionKind::shard ? client_->send_for(channel, std::move(command))
                                           : client_->send(std::move(command));
}

bool ChannelBus::is_missed(const cluster::Message& message) const {
  const auto* const broadcast = std::get_if<cluster::Broadcast>(&message.body);
  return broadcast && broadcast->options.flags.is_volatile && !client_->is_ready();
}

void ChannelBus::answer(const std::string& node, cluster::MessagePtr message) {
  if (!node.empty()) send(channel(message->nsp, node), *message);
}

void ChannelBus::count_nodes(const std::string& nsp,
                             std::function<void(std::optional<std::size_t>)> counted) {
  const auto found = opened_.find(nsp);
  const Subscriber::Id own = found == opened_.end() ? 0 : found->second.messages;
  redis::count_nodes(*client_, own, pub_sub_.count, channel(nsp), std::move(counted));
}

// --- Receiving ---

void ChannelBus::on_payload(const std::string& nsp, std::string_view payload) {
  Listener* const listener = listener_of(nsp);
  if (!listener) return;
  auto message = format_.decode(payload);
  if (!message || message->nsp != nsp) return count_ignored();
  listener->on_message(std::make_shared<cluster::Message>(*std::move(message)));
}

}  // namespace socketio::redis
