// SPDX-License-Identifier: MIT
#include "redis/streams_bus.hpp"

#include "redis/counting.hpp"
#include "redis/stream_entry.hpp"

#include <utility>

namespace socketio::redis {
namespace {

/// What a node has to have that was away for a moment. Nobody waits for an answer to it.
bool is_durable(const cluster::Body& body) {
  const auto* const broadcast = std::get_if<cluster::Broadcast>(&body);
  if (broadcast) return broadcast->request.empty();
  return std::holds_alternative<cluster::SocketsJoin>(body) ||
         std::holds_alternative<cluster::SocketsLeave>(body) ||
         std::holds_alternative<cluster::DisconnectSockets>(body);
}

/// Whether a client that comes back gets it.
bool is_recovered(const cluster::Body& body) {
  const auto* const broadcast = std::get_if<cluster::Broadcast>(&body);
  return broadcast && broadcast->request.empty() && !broadcast->options.flags.is_volatile;
}

}  // namespace

StreamsBus::StreamsBus(Loop& loop, std::string node_id, std::unique_ptr<Client> client,
                       StreamsBusOptions options)
    : loop_(loop),
      node_id_(std::move(node_id)),
      options_(std::move(options)),
      client_(std::move(client)),
      reader_(loop, client_->connector(), client_->settings(),
              {.stream = options_.stream_name,
               .entries = options_.read_count,
               .block = options_.block_time},
              [this](const std::string& id, const std::vector<Reply>& fields) {
                on_entry(id, fields);
              }) {
  client_->open();
  reader_.open();
}

StreamsBus::~StreamsBus() {
  if (sessions_) sessions_->close();
  reader_.close();
  client_->close();
}

std::string StreamsBus::channel(std::string_view nsp) const {
  return options_.channel_prefix + '#' + std::string(nsp) + '#';
}

std::string StreamsBus::channel(std::string_view nsp, std::string_view node) const {
  return channel(nsp) + std::string(node) + '#';
}

Subscriber::Id StreamsBus::subscribe(const std::string& nsp, std::string name) {
  return client_->subscriber().subscribe(
      SubscriptionKind::channel, std::move(name),
      [this, nsp](const Message& message) { on_payload(nsp, message.payload); });
}

void StreamsBus::open(const std::string& nsp, Listener& listener) {
  Opened& opened = opened_.emplace(nsp, Opened{listener}).first->second;
  opened.answers = subscribe(nsp, channel(nsp, node_id_));
  // The last one, because from then on this node is counted.
  opened.messages = subscribe(nsp, channel(nsp));
}

void StreamsBus::close(const std::string& nsp) {
  const auto found = opened_.find(nsp);
  if (found == opened_.end()) return;
  client_->subscriber().unsubscribe(found->second.messages);
  client_->subscriber().unsubscribe(found->second.answers);
  opened_.erase(found);
}

// --- Sending ---

void StreamsBus::send(const std::string& channel, const cluster::Message& message) {
  const auto payload = format_.encode(message, ClusterFormat::Encoding::msgpack);
  if (payload) client_->send({"PUBLISH", channel, *payload});
}

void StreamsBus::add(const cluster::Message& message) {
  const auto entry = format_.encode_entry(message);
  if (!entry) return;
  const std::string max_len = std::to_string(options_.max_len);
  client_->send({"XADD", options_.stream_name, "MAXLEN", "~", max_len, "*", "uid", entry->uid,
                 "nsp", entry->nsp, "type", entry->type, "data", entry->data});
}

void StreamsBus::publish(cluster::MessagePtr message) {
  const auto* const broadcast = std::get_if<cluster::Broadcast>(&message->body);
  if (broadcast && broadcast->options.flags.is_volatile && !client_->is_ready()) return;
  is_durable(message->body) ? add(*message) : send(channel(message->nsp), *message);
}

void StreamsBus::answer(const std::string& node, cluster::MessagePtr message) {
  if (!node.empty()) send(channel(message->nsp, node), *message);
}

void StreamsBus::count_nodes(const std::string& nsp,
                             std::function<void(std::optional<std::size_t>)> counted) {
  const auto found = opened_.find(nsp);
  const Subscriber::Id own = found == opened_.end() ? 0 : found->second.messages;
  redis::count_nodes(*client_, own, "NUMSUB", channel(nsp), std::move(counted));
}

// --- Receiving ---

void StreamsBus::on_payload(const std::string& nsp, std::string_view payload) {
  const auto found = opened_.find(nsp);
  if (found == opened_.end()) return;
  auto message = format_.decode(payload);
  if (!message || message->nsp != nsp) {
    ++ignored_;
    return;
  }
  found->second.listener.on_message(std::make_shared<cluster::Message>(*std::move(message)));
}

void StreamsBus::on_entry(const std::string& id, const std::vector<Reply>& fields) {
  const StreamEntry entry = read_fields(fields);
  const bool is_own = entry.uid == node_id_;
  if (!is_own || sessions_) deliver(id, entry);
  if (sessions_) sessions_->on_delivered();
}

void StreamsBus::deliver(const std::string& id, const StreamEntry& entry) {
  const auto found = opened_.find(entry.nsp);
  if (found == opened_.end()) return;
  auto message = format_.decode_entry(entry);
  if (!message) {
    ++ignored_;
    return;
  }
  if (sessions_ && is_recovered(message->body)) {
    std::get<cluster::Broadcast>(message->body).offset = id;
  } else if (entry.uid == node_id_) {
    return;
  }
  found->second.listener.on_message(std::make_shared<cluster::Message>(*std::move(message)));
}

std::shared_ptr<core::SessionStore> StreamsBus::session_store() {
  if (!sessions_)
    sessions_ = std::make_shared<StreamSessions>(
        loop_, *client_, reader_,
        StreamSessionsOptions{.key_prefix = options_.session_key_prefix,
                              .stream = options_.stream_name,
                              .page_entries = std::max<std::size_t>(options_.read_count, 2)});
  return sessions_;
}

}  // namespace socketio::redis
