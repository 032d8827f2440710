// SPDX-License-Identifier: MIT
#include "redis/streams_bus.hpp"

#include "redis/stream_entry.hpp"

#include <algorithm>
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
    : ChannelBus(std::move(node_id), std::move(client), options.channel_prefix,
                 {SubscriptionKind::channel, "PUBLISH", "NUMSUB",
                  cluster::ClusterFormat::Encoding::msgpack}),
      loop_(loop),
      options_(std::move(options)),
      reader_(loop, this->client().connector_for(options_.stream_name), this->client().settings(),
              {.stream = options_.stream_name,
               .entries = options_.read_count,
               .block = options_.block_time},
              [this](const std::string& id, const std::vector<Reply>& fields) {
                on_entry(id, fields);
              }) {
  reader_.open();
}

StreamsBus::~StreamsBus() {
  if (sessions_) sessions_->close();
}

// --- Sending ---

void StreamsBus::add(const cluster::Message& message) {
  const auto entry = format().encode_entry(message);
  if (!entry) return;
  const std::string max_len = std::to_string(options_.max_len);
  client().send_for(options_.stream_name,
                    {"XADD", options_.stream_name, "MAXLEN", "~", max_len, "*", "uid", entry->uid,
                     "nsp", entry->nsp, "type", entry->type, "data", entry->data});
}

void StreamsBus::publish(cluster::MessagePtr message) {
  if (is_missed(*message)) return;
  is_durable(message->body) ? add(*message) : send(channel(message->nsp), *message);
}

// --- Receiving ---

void StreamsBus::on_entry(const std::string& id, const std::vector<Reply>& fields) {
  const cluster::StreamEntry entry = read_fields(fields);
  const bool is_own = entry.uid == node_id();
  if (!is_own || sessions_) deliver(id, entry);
  if (sessions_) sessions_->on_delivered();
}

void StreamsBus::deliver(const std::string& id, const cluster::StreamEntry& entry) {
  Listener* const listener = listener_of(entry.nsp);
  if (!listener) return;
  auto message = format().decode_entry(entry);
  if (!message) return count_ignored();
  if (sessions_ && is_recovered(message->body)) {
    std::get<cluster::Broadcast>(message->body).offset = id;
  } else if (entry.uid == node_id()) {
    return;
  }
  listener->on_message(std::make_shared<cluster::Message>(*std::move(message)));
}

std::shared_ptr<core::SessionStore> StreamsBus::session_store() {
  if (!sessions_)
    sessions_ = std::make_shared<StreamSessions>(
        loop_, client(), reader_,
        StreamSessionsOptions{.key_prefix = options_.session_key_prefix,
                              .stream = options_.stream_name,
                              .page_entries = std::max<std::size_t>(options_.read_count, 2)});
  return sessions_;
}

}  // namespace socketio::redis
