// SPDX-License-Identifier: MIT
// The adapters of <socketio/redis.hpp>.
#include "net/direct_connector.hpp"
#include "redis/classic_bus.hpp"
#include "redis/client.hpp"
#include "redis/sharded_bus.hpp"
#include "redis/stream_names.hpp"
#include "redis/streams_bus.hpp"
#include "redis/url.hpp"
#include "server/adapter_maker.hpp"

#include <socketio/redis.hpp>

#include <functional>
#include <stdexcept>
#include <utility>

namespace socketio {
namespace redis {
namespace {

using MakeBus = std::function<std::unique_ptr<cluster::Bus>(Loop& loop, std::string node_id,
                                                            std::unique_ptr<Client> client)>;

/// Connects to the URL, and makes the bus on that.
class RedisAdapterMaker final : public server::AdapterMaker {
 public:
  RedisAdapterMaker(std::string_view url, cluster::ClusterOptions options, MakeBus make)
      : options_(std::move(options)), make_(std::move(make)) {
    settings_.address = required_address(url);
    settings_.name = "socketio";
  }

  std::unique_ptr<cluster::Bus> make_bus(
      const std::shared_ptr<net::AsioLoop>& loop,
      const std::shared_ptr<net::OpenStreams>& streams) const override {
    auto connector = std::make_unique<net::DirectConnector>(loop, net::TlsSettings{}, streams);
    return make_(*loop, random_id(loop->entropy()),
                 make_client(*loop, std::move(connector), settings_));
  }
  cluster::ClusterOptions cluster_options() const override { return options_; }

 private:
  ConnectionSettings settings_;
  const cluster::ClusterOptions options_;
  const MakeBus make_;
};

RoomChannels room_channels_of(SubscriptionMode mode) {
  switch (mode) {
    case SubscriptionMode::static_mode:
      return RoomChannels::none;
    case SubscriptionMode::dynamic_private:
      return RoomChannels::of_all_rooms;
    case SubscriptionMode::dynamic:
      break;
  }
  return RoomChannels::of_public_rooms;
}

}  // namespace
}  // namespace redis

Adapter redis_adapter(RedisAdapterOptions options) {
  cluster::ClusterOptions cluster;
  cluster.request_timeout = options.requests_timeout;
  redis::ClassicBusOptions bus{.key = std::move(options.key)};
  if (options.publish_on_specific_response_channel)
    bus.responses = redis::Responses::specific_channel;
  return Adapter(std::make_shared<redis::RedisAdapterMaker>(
      options.url, cluster,
      [bus](Loop&, std::string node_id, std::unique_ptr<redis::Client> client) {
        return std::make_unique<redis::ClassicBus>(std::move(node_id), std::move(client), bus);
      }));
}

Adapter sharded_redis_adapter(ShardedRedisAdapterOptions options) {
  const redis::ShardedBusOptions bus{
      .channel_prefix = std::move(options.channel_prefix),
      .room_channels = redis::room_channels_of(options.subscription_mode)};
  return Adapter(std::make_shared<redis::RedisAdapterMaker>(
      options.url, cluster::ClusterOptions{},
      [bus](Loop&, std::string node_id, std::unique_ptr<redis::Client> client) {
        return std::make_unique<redis::ShardedBus>(std::move(node_id), std::move(client), bus);
      }));
}

Adapter redis_streams_adapter(RedisStreamsAdapterOptions options) {
  // For Redis, 0 means that it never says that there is nothing.
  if (options.block_time < std::chrono::milliseconds(1) || options.read_count == 0)
    throw std::invalid_argument("block_time and read_count are more than 0");
  redis::check_stream_count(options.stream_count);
  redis::StreamsBusOptions bus{.stream_name = std::move(options.stream_name),
                               .stream_count = options.stream_count,
                               .channel_prefix = std::move(options.channel_prefix),
                               .session_key_prefix = std::move(options.session_key_prefix),
                               .max_len = options.max_len,
                               .read_count = options.read_count,
                               .block_time = options.block_time};
  if (options.use_sharded_pub_sub) bus.pub_sub = redis::SubscriptionKind::shard;
  return Adapter(std::make_shared<redis::RedisAdapterMaker>(
      options.url, cluster::ClusterOptions{},
      [bus](Loop& loop, std::string node_id, std::unique_ptr<redis::Client> client) {
        return std::make_unique<redis::StreamsBus>(loop, std::move(node_id), std::move(client),
                                                   bus);
      }));
}

}  // namespace socketio
