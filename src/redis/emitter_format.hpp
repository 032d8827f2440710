// SPDX-License-Identifier: MIT
// EmitterFormat: the commands by which an Emitter reaches servers that have an adapter of some kind.
//
// Life cycle: made by make_emitter_format(). One thread at a time.
#pragma once

#include "cluster/message.hpp"
#include "redis/command.hpp"

#include <socketio/redis_emitter.hpp>

#include <memory>
#include <optional>
#include <string>

namespace socketio::redis {

class EmitterFormat {
 public:
  struct Addressed {
    /// In a cluster it is for the server that has this. Empty: for any.
    std::string key;
    Command command;
  };

  virtual ~EmitterFormat() = default;
  /// Nothing if the message cannot be written.
  virtual std::optional<Addressed> write(const cluster::Message& message) = 0;
};

/// For ClassicBus.
std::unique_ptr<EmitterFormat> make_emitter_format(const EmitterOptions& options);
/// For StreamsBus.
std::unique_ptr<EmitterFormat> make_emitter_format(const RedisStreamsEmitterOptions& options);

}  // namespace socketio::redis
