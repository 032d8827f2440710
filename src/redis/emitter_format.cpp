// SPDX-License-Identifier: MIT
#include "redis/emitter_format.hpp"

#include "cluster/cluster_format.hpp"
#include "redis/classic_format.hpp"
#include "redis/stream_entry.hpp"
#include "redis/stream_names.hpp"

#include <utility>
#include <variant>

namespace socketio::redis {
namespace {

class ClassicEmitterFormat final : public EmitterFormat {
 public:
  explicit ClassicEmitterFormat(const EmitterOptions& options) : key_(options.key) {}

  std::optional<Addressed> write(const cluster::Message& message) override {
    const auto payload = format_.encode(message);
    if (!payload) return std::nullopt;
    return Addressed{{}, {"PUBLISH", channel_of(message), *payload}};
  }

 private:
  std::string channel_of(const cluster::Message& message) const {
    const ClassicChannels channels(key_, message.nsp);
    const auto* const broadcast = std::get_if<cluster::Broadcast>(&message.body);
    if (!broadcast) return channels.request();
    const auto& rooms = broadcast->options.rooms;
    return rooms.size() == 1 ? channels.room(rooms.front()) : channels.broadcast();
  }

  const std::string key_;
  ClassicFormat format_;
};

class StreamsEmitterFormat final : public EmitterFormat {
 public:
  explicit StreamsEmitterFormat(const RedisStreamsEmitterOptions& options) : options_(options) {}

  std::optional<Addressed> write(const cluster::Message& message) override {
    const auto entry = format_.encode_entry(message);
    if (!entry) return std::nullopt;
    std::string stream = stream_of(message.nsp, options_.stream_name, options_.stream_count);
    Command command = add_entry(stream, options_.max_len, *entry);
    return Addressed{std::move(stream), std::move(command)};
  }

 private:
  const RedisStreamsEmitterOptions options_;
  cluster::ClusterFormat format_;
};

}  // namespace

std::unique_ptr<EmitterFormat> make_emitter_format(const EmitterOptions& options) {
  return std::make_unique<ClassicEmitterFormat>(options);
}

std::unique_ptr<EmitterFormat> make_emitter_format(const RedisStreamsEmitterOptions& options) {
  check_stream_count(options.stream_count);
  return std::make_unique<StreamsEmitterFormat>(options);
}

}  // namespace socketio::redis
