// SPDX-License-Identifier: MIT
#include "redis/streams_bus.hpp"

#include "redis/stream_entry.hpp"
#include "redis/stream_names.hpp"

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

PubSub pub_sub_of(SubscriptionKind kind) {
  constexpr auto encoding = cluster::ClusterFormat::Encoding::msgpack;
  return kind == SubscriptionKind::shard ? PubSub{kind, "SPUBLISH", "SHARDNUMSUB", encoding}
                                         : PubSub{kind, "PUBLISH", "NUMSUB", encoding};
}

}  // namespace

struct StreamsBus::Stream {
  Stream(StreamsBus& bus, std::string stream)
      : name(std::move(stream)),
        // A connection each, so that none waits for another, and because the servers of a Redis Cluster
        // answer for keys of one slot at a time.
        reader(std::make_shared<StreamReader>(
            bus.loop_, bus.client().connector_for(name), bus.client().settings(),
            StreamReaderOptions{.stream = name,
                                .entries = bus.options_.read_count,
                                .block = bus.options_.block_time},
            [this, &bus](const std::string& id, const std::vector<Reply>& fields) {
              bus.on_entry(*this, id, fields);
            })) {
    reader->open();
    // The only stream is there before any client. Another one may be for a client that is about to get
    // its first event, which must not be added before the reader has found the end: it has yet to connect.
    if (bus.options_.stream_count > 1)
      bus.client().send_for(name, find_end_of(name),
                            [weak = std::weak_ptr(reader)](const redis::Answer& answer) {
                              if (const auto found = weak.lock()) found->begin_behind(answer);
                            });
  }
  ~Stream() {
    if (sessions) sessions->close();
  }

  const std::string name;
  const std::shared_ptr<StreamReader> reader;
  /// Null until somebody wants it.
  std::shared_ptr<StreamSessions> sessions;
};

StreamsBus::StreamsBus(Loop& loop, std::string node_id, std::unique_ptr<Client> client,
                       StreamsBusOptions options)
    : ChannelBus(std::move(node_id), std::move(client), options.channel_prefix,
                 pub_sub_of(options.pub_sub)),
      loop_(loop),
      options_(std::move(options)) {}

StreamsBus::~StreamsBus() = default;

std::string StreamsBus::stream_name(std::string_view nsp) const {
  return stream_of(nsp, options_.stream_name, options_.stream_count);
}

StreamsBus::Stream& StreamsBus::stream(const std::string& nsp) {
  const std::string name = stream_name(nsp);
  auto& place = streams_[name];
  if (!place) place = std::make_unique<Stream>(*this, name);
  return *place;
}

void StreamsBus::open(const std::string& nsp, Listener& listener) {
  stream(nsp);
  ChannelBus::open(nsp, listener);
}

// --- Sending ---

void StreamsBus::add(const cluster::Message& message) {
  const auto entry = format().encode_entry(message);
  if (!entry) return;
  const std::string stream = stream_name(message.nsp);
  client().send_for(stream, add_entry(stream, options_.max_len, *entry));
}

void StreamsBus::publish(cluster::MessagePtr message) {
  if (is_missed(*message)) return;
  is_durable(message->body) ? add(*message) : send(channel(message->nsp), *message);
}

// --- Receiving ---

void StreamsBus::on_entry(Stream& stream, const std::string& id, const std::vector<Reply>& fields) {
  const cluster::StreamEntry entry = read_fields(fields);
  const bool is_own = entry.uid == node_id();
  if (!is_own || stream.sessions) deliver(stream, id, entry);
  if (stream.sessions) stream.sessions->on_delivered();
}

void StreamsBus::deliver(Stream& stream, const std::string& id, const cluster::StreamEntry& entry) {
  Listener* const listener = listener_of(entry.nsp);
  if (!listener) return;
  auto message = format().decode_entry(entry);
  if (!message) return count_ignored();
  if (stream.sessions && is_recovered(message->body)) {
    std::get<cluster::Broadcast>(message->body).offset = id;
  } else if (entry.uid == node_id()) {
    return;
  }
  listener->on_message(std::make_shared<cluster::Message>(*std::move(message)));
}

std::shared_ptr<core::SessionStore> StreamsBus::session_store(const std::string& nsp) {
  Stream& own = stream(nsp);
  if (!own.sessions)
    own.sessions = std::make_shared<StreamSessions>(
        loop_, client(), *own.reader,
        StreamSessionsOptions{.key_prefix = options_.session_key_prefix,
                              .stream = own.name,
                              .page_entries = std::max<std::size_t>(options_.read_count, 2)});
  return own.sessions;
}

}  // namespace socketio::redis
