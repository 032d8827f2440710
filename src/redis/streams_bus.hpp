// SPDX-License-Identifier: MIT
// StreamsBus: the bus of @socket.io/redis-streams-adapter: what clients get, and what changes rooms,
// goes through a stream of Redis, which a node that was away for a moment reads on; requests that are
// answered, and their answers, through pub/sub.
//
// Life cycle and threads: as for Bus.
#pragma once

#include "cluster/bus.hpp"
#include "redis/client.hpp"
#include "redis/cluster_format.hpp"
#include "redis/stream_reader.hpp"
#include "redis/stream_sessions.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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

class StreamsBus final : public cluster::Bus {
 public:
  StreamsBus(Loop& loop, std::string node_id, std::unique_ptr<Client> client,
             StreamsBusOptions options);
  ~StreamsBus() override;

  const std::string& node_id() const override { return node_id_; }
  void open(const std::string& nsp, Listener& listener) override;
  void close(const std::string& nsp) override;
  void publish(cluster::MessagePtr message) override;
  void answer(const std::string& node, cluster::MessagePtr message) override;
  bool can_count() const override { return true; }
  void count_nodes(const std::string& nsp,
                   std::function<void(std::optional<std::size_t>)> counted) override;

  std::shared_ptr<core::SessionStore> session_store() override;

  /// Messages that arrived and were none, or came for another namespace.
  std::uint64_t ignored() const { return ignored_; }

 private:
  struct Opened {
    Listener& listener;
    Subscriber::Id messages = 0;
    Subscriber::Id answers = 0;
  };

  std::string channel(std::string_view nsp) const;
  std::string channel(std::string_view nsp, std::string_view node) const;
  Subscriber::Id subscribe(const std::string& nsp, std::string name);
  void on_payload(const std::string& nsp, std::string_view payload);
  void on_entry(const std::string& id, const std::vector<Reply>& fields);
  void deliver(const std::string& id, const StreamEntry& entry);
  void send(const std::string& channel, const cluster::Message& message);
  void add(const cluster::Message& message);

  Loop& loop_;
  const std::string node_id_;
  const StreamsBusOptions options_;
  ClusterFormat format_;
  std::unordered_map<std::string, Opened> opened_;
  std::uint64_t ignored_ = 0;
  std::unique_ptr<Client> client_;
  StreamReader reader_;
  /// Null until somebody wants it.
  std::shared_ptr<StreamSessions> sessions_;
};

}  // namespace socketio::redis
