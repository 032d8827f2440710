// SPDX-License-Identifier: MIT
// Adapters for several servers on one Redis, compatible with those for Node.js: servers of both kinds
// are one cluster. Link socketio::redis, which needs hiredis.
//
//   socketio::Server io({.adapter = socketio::redis_adapter({.url = "redis://localhost"})});
//
// All servers of a cluster need the same kind of adapter, with the same names of channels. Without
// Redis a server keeps serving its own clients, and connects again by itself; but see
// redis_streams_adapter().
#pragma once

#include <socketio/adapter.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace socketio {

/// Those of @socket.io/redis-adapter's createAdapter().
struct RedisAdapterOptions {
  /// `redis://[user[:password]@]host[:port]`, `rediss://…` with TLS, `unix:///path`, or one of
  /// `redis+sentinel://` and `redis+cluster://` (docs/adapters.md).
  std::string url = "redis://localhost:6379";
  std::string key = "socket.io";  ///< The names of all channels begin with it.
  /// How long other servers' answers are awaited.
  std::chrono::milliseconds requests_timeout{5'000};
  /// Answers are sent to the server that has asked, instead of all. Servers with and without this
  /// understand each other.
  bool publish_on_specific_response_channel = false;
};

/// The adapter over Redis' pub/sub. Throws std::invalid_argument if the URL is none.
Adapter redis_adapter(RedisAdapterOptions options = {});

/// Which rooms have a channel of their own, to which only those servers subscribe that have a client
/// in the room (`subscriptionMode`). All servers of a cluster need the same.
enum class SubscriptionMode : std::uint8_t {
  static_mode,      ///< None ("static").
  dynamic,          ///< All but those with the id of a socket.
  dynamic_private,  ///< All ("dynamic-private").
};

/// Those of @socket.io/redis-adapter's createShardedAdapter().
struct ShardedRedisAdapterOptions {
  std::string url = "redis://localhost:6379";
  std::string channel_prefix = "socket.io";
  SubscriptionMode subscription_mode = SubscriptionMode::dynamic;
};

/// The adapter over the sharded pub/sub of Redis 7. Throws std::invalid_argument if the URL is none.
Adapter sharded_redis_adapter(ShardedRedisAdapterOptions options = {});

/// Those of @socket.io/redis-streams-adapter.
struct RedisStreamsAdapterOptions {
  std::string url = "redis://localhost:6379";
  /// The name of the stream, or with what the names of several begin.
  std::string stream_name = "socket.io";
  /// So many streams share the namespaces: the events of each go through one of them. Each that is in
  /// use is one more connection to Redis. All servers of a cluster need the same.
  std::size_t stream_count = 1;
  std::string channel_prefix = "socket.io";
  /// Requests and answers go through the sharded pub/sub of Redis 7. All servers of a cluster need the
  /// same.
  bool use_sharded_pub_sub = false;
  std::size_t max_len = 10'000;                     ///< A stream keeps about so many entries.
  std::size_t read_count = 100;                     ///< Entries that are read at a time.
  std::chrono::milliseconds block_time{5'000};      ///< How long Redis waits for the next entry.
  std::string session_key_prefix = "sio:session:";  ///< Of clients that may come back.
};

/// The adapter over a stream of Redis: a server that loses Redis for a moment gets what the others
/// have emitted meanwhile. Throws std::invalid_argument if the URL is none, if `block_time` or
/// `read_count` is 0, or if `stream_count` is 0 or above 1000.
///
/// With ServerOptions::connection_state_recovery a client may come back to any server, and events that
/// can be recovered wait for Redis, also those for this server's own clients (docs/adapters.md). It
/// needs Redis 6.2 and a `read_count` above 1.
Adapter redis_streams_adapter(RedisStreamsAdapterOptions options = {});

}  // namespace socketio
