// SPDX-License-Identifier: MIT
// StreamsBus: the bus of @socket.io/redis-streams-adapter: what clients get, and what changes rooms,
// goes through a stream of Redis, which a node that was away for a moment reads on; requests that are
// answered, and their answers, through pub/sub. There may be several streams: each namespace has its
// events in one of them, which is read from when the first such namespace is opened here.
//
// Life cycle and threads: as for Bus.
#pragma once

#include "redis/channel_bus.hpp"
#include "redis/stream_reader.hpp"
#include "redis/stream_sessions.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::redis {

struct StreamsBusOptions {
  std::string stream_name = "socket.io";
  /// At most stream_count_limit.
  std::size_t stream_count = 1;
  std::string channel_prefix = "socket.io";
  std::string session_key_prefix = "sio:session:";
  /// `channel` or `shard`.
  SubscriptionKind pub_sub = SubscriptionKind::channel;
  /// A stream keeps about so many entries.
  std::size_t max_len = 10'000;
  std::size_t read_count = 100;
  std::chrono::milliseconds block_time{5'000};
};

class StreamsBus final : public ChannelBus {
 public:
  StreamsBus(Loop& loop, std::string node_id, std::unique_ptr<Client> client,
             StreamsBusOptions options);
  ~StreamsBus() override;

  void open(const std::string& nsp, Listener& listener) override;
  void publish(cluster::MessagePtr message) override;
  std::shared_ptr<core::SessionStore> session_store(const std::string& nsp) override;

 private:
  /// One that is read here.
  struct Stream;

  std::string stream_name(std::string_view nsp) const;
  Stream& stream(const std::string& nsp);
  void on_entry(Stream& stream, const std::string& id, const std::vector<Reply>& fields);
  void deliver(Stream& stream, const std::string& id, const cluster::StreamEntry& entry);
  void add(const cluster::Message& message);

  Loop& loop_;
  const StreamsBusOptions options_;
  /// By name.
  std::map<std::string, std::unique_ptr<Stream>> streams_;
};

}  // namespace socketio::redis
