// SPDX-License-Identifier: MIT
// StreamsBus: the bus of @socket.io/redis-streams-adapter: what clients get, and what changes rooms,
// goes through a stream of Redis, which a node that was away for a moment reads on; requests that are
// answered, and their answers, through pub/sub.
//
// Life cycle and threads: as for Bus.
#pragma once

#include "redis/channel_bus.hpp"
#include "redis/stream_reader.hpp"
#include "redis/stream_sessions.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace socketio::redis {

struct StreamsBusOptions {
  std::string stream_name = "socket.io";
  std::string channel_prefix = "socket.io";
  std::string session_key_prefix = "sio:session:";
  /// The stream keeps about so many entries.
  std::size_t max_len = 10'000;
  std::size_t read_count = 100;
  std::chrono::milliseconds block_time{5'000};
};

class StreamsBus final : public ChannelBus {
 public:
  StreamsBus(Loop& loop, std::string node_id, std::unique_ptr<Client> client,
             StreamsBusOptions options);
  ~StreamsBus() override;

  void publish(cluster::MessagePtr message) override;
  std::shared_ptr<core::SessionStore> session_store() override;

 private:
  void on_entry(const std::string& id, const std::vector<Reply>& fields);
  void deliver(const std::string& id, const cluster::StreamEntry& entry);
  void add(const cluster::Message& message);

  Loop& loop_;
  const StreamsBusOptions options_;
  StreamReader reader_;
  /// Null until somebody wants it.
  std::shared_ptr<StreamSessions> sessions_;
};

}  // namespace socketio::redis
