// SPDX-License-Identifier: MIT
// Emitter: sends events to the clients of a cluster from a process that has none, such as a job
// (JavaScript: @socket.io/redis-emitter, @socket.io/redis-streams-emitter). The servers use
// redis_adapter() or redis_streams_adapter(), or createAdapter() on Node.js. Link socketio::redis.
//
//   socketio::Emitter emitter({.url = "redis://localhost"});  // for redis_adapter()
//   emitter.to("room").emit("news", 42);
//
//   const auto other = socketio::redis_streams_emitter({.url = "redis://localhost"});
//
// It has a thread of its own, which connects to Redis, and again when it has lost it. What is emitted
// meanwhile waits, within limits. Nobody tells whether a client got it.
//
// A handle, which copies share. Each function that selects returns another one. The last one to be
// destroyed waits up to two seconds for Redis to take what was emitted. Thread-safe.
#pragma once

#include <socketio/event_writer.hpp>
#include <socketio/outcome.hpp>
#include <socketio/socket.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

namespace redis {
class EmitterState;
}  // namespace redis

struct EmitterOptions {
  /// As for redis_adapter().
  std::string url = "redis://localhost:6379";
  std::string key = "socket.io";  ///< That of the servers' adapters.
};

/// For redis_streams_adapter(). The names of the streams are those of the servers' adapters.
struct RedisStreamsEmitterOptions {
  std::string url = "redis://localhost:6379";
  std::string stream_name = "socket.io";
  std::size_t stream_count = 1;
  std::size_t max_len = 10'000;  ///< A stream keeps about so many entries.
};

class Emitter {
 public:
  /// Throws std::invalid_argument if the URL is none.
  explicit Emitter(const EmitterOptions& options = {});

  /// For another namespace; "admin" and "/admin" are the same.
  Emitter of(std::string_view nsp) const;
  Emitter to(const Rooms& rooms) const;
  Emitter in(const Rooms& rooms) const { return to(rooms); }
  Emitter except(const Rooms& rooms) const;
  Emitter volatile_() const;
  Emitter compress(Compress compress) const;

  /// `dropped` if Redis has not answered 10,000 earlier ones, or 16 MiB of them. Throws std::invalid_argument for a reserved name.
  template <class... Args>
  EmitResult emit(std::string_view event, Args&&... args) const {
    detail::OutgoingEvent outgoing(event, std::forward<Args>(args)...);
    return emit_encoded(outgoing);
  }
  EmitResult sockets_join(const Rooms& rooms) const;
  EmitResult sockets_leave(const Rooms& rooms) const;
  EmitResult disconnect_sockets(Close close = Close::socket) const;
  /// To the servers themselves (Namespace::on_server_side_emit).
  template <class... Args>
  EmitResult server_side_emit(std::string_view event, Args&&... args) const {
    detail::OutgoingEvent outgoing(detail::OutgoingEvent::AckTag{}, event,
                                   std::forward<Args>(args)...);
    return emit_server_side(outgoing);
  }

  /// How many of all copies' events Redis has not taken, although they were `sent`: it refused them, they
  /// waited too long for a connection, or that broke, and they may have arrived. The log tells why.
  std::uint64_t lost() const;

 private:
  friend Emitter redis_streams_emitter(const RedisStreamsEmitterOptions& options);

  explicit Emitter(std::shared_ptr<redis::EmitterState> state);
  EmitResult emit_encoded(detail::OutgoingEvent& event) const;
  EmitResult emit_server_side(detail::OutgoingEvent& event) const;

  std::shared_ptr<redis::EmitterState> state_;
  std::string nsp_ = "/";
  detail::BroadcastOptions options_;
};

/// Throws std::invalid_argument if the URL is none, or if `stream_count` is 0 or above 1000.
Emitter redis_streams_emitter(const RedisStreamsEmitterOptions& options = {});

}  // namespace socketio
