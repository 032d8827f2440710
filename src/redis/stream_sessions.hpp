// SPDX-License-Identifier: MIT
// StreamSessions: the SessionStore of @socket.io/redis-streams-adapter. A session is a value of Redis
// that expires; the history is the stream. Official servers restore what this one has saved, and the
// other way round. Fields that they do not know say in which namespace a session began, and where in
// the stream.
//
// Life cycle: made by its bus, which tells it when it has delivered an entry -> close() when the bus
// ends. Loop's thread only.
#pragma once

#include "base/timing_wheel.hpp"
#include "cluster/cluster_format.hpp"
#include "core/server/session_store.hpp"
#include "redis/client.hpp"
#include "redis/stream_reader.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::redis {

struct StreamSessionsOptions {
  std::string key_prefix = "sio:session:";
  std::string stream;
  /// Entries of one answer of Redis.
  std::size_t page_entries = 100;
  /// Answers for one client: a stream of the default length ten times over.
  std::size_t pages = 1'000;
  /// Clients that come back at a time. Further ones are not recovered.
  std::size_t restorations = 1'000;
  /// How long a client that comes back waits for Redis, once for its session and once for what it has
  /// missed. Then it is not recovered.
  std::chrono::milliseconds timeout{5'000};
};

class StreamSessions final : public core::SessionStore,
                             public std::enable_shared_from_this<StreamSessions> {
 public:
  /// `client` and `reader`, which delivers the stream, are used until close().
  StreamSessions(Loop& loop, Client& client, const StreamReader& reader,
                 StreamSessionsOptions options);

  /// An entry has been delivered.
  void on_delivered();
  void close();

  core::HistoryPosition position() const override;
  void save(const core::StoredSession& session, std::chrono::milliseconds lifetime) override;
  void take(const std::string& private_id, TakenCallback taken) override;
  void read_missed(core::MissedEvents missed, MissedCallback read) override;

 private:
  class Reading;

  std::string key_of(std::string_view private_id) const;
  std::optional<core::StoredSession> decode(std::string_view text);

  Loop& loop_;
  /// Null after close(), as the reader.
  Client* client_;
  const StreamReader* reader_;
  const StreamSessionsOptions options_;
  cluster::ClusterFormat format_;
  cluster::WireText wire_;
  std::size_t restorations_ = 0;
  /// Of clients that have handled events that are still to be read here.
  std::vector<std::shared_ptr<Reading>> ahead_;
};

}  // namespace socketio::redis
