// SPDX-License-Identifier: MIT
#include "redis/emitter_format.hpp"
#include "redis/emitter_state.hpp"
#include "redis/url.hpp"

#include <socketio/redis_emitter.hpp>

#include <algorithm>
#include <utility>

namespace socketio {
namespace {

void add(std::vector<std::string>& to, const Rooms& rooms) {
  for (const std::string& room : rooms.names()) {
    if (std::find(to.begin(), to.end(), room) == to.end()) to.push_back(room);
  }
}

}  // namespace

Emitter::Emitter(const EmitterOptions& options)
    : Emitter(std::make_shared<redis::EmitterState>(redis::required_address(options.url),
                                                    redis::make_emitter_format(options))) {}

Emitter::Emitter(std::shared_ptr<redis::EmitterState> state) : state_(std::move(state)) {}

Emitter Emitter::of(std::string_view nsp) const {
  Emitter other = *this;
  other.nsp_ = (nsp.starts_with('/') ? "" : "/") + std::string(nsp);
  return other;
}

Emitter Emitter::to(const Rooms& rooms) const {
  Emitter other = *this;
  add(other.options_.rooms, rooms);
  return other;
}

Emitter Emitter::except(const Rooms& rooms) const {
  Emitter other = *this;
  add(other.options_.except, rooms);
  return other;
}

Emitter Emitter::volatile_() const {
  Emitter other = *this;
  other.options_.flags.is_volatile = true;
  return other;
}

Emitter Emitter::compress(Compress compress) const {
  Emitter other = *this;
  other.options_.flags.compress = compress;
  return other;
}

EmitResult Emitter::emit_encoded(detail::OutgoingEvent& event) const {
  return state_->publish(
      nsp_,
      cluster::Broadcast{{std::string(event.json_text()), event.take_attachments()}, options_, {}});
}

EmitResult Emitter::sockets_join(const Rooms& rooms) const {
  return state_->publish(nsp_, cluster::SocketsJoin{options_, rooms.names()});
}

EmitResult Emitter::sockets_leave(const Rooms& rooms) const {
  return state_->publish(nsp_, cluster::SocketsLeave{options_, rooms.names()});
}

EmitResult Emitter::disconnect_sockets(Close close) const {
  return state_->publish(nsp_, cluster::DisconnectSockets{options_, close});
}

std::uint64_t Emitter::lost() const { return state_->lost(); }

EmitResult Emitter::emit_server_side(detail::OutgoingEvent& event) const {
  return state_->publish(nsp_, cluster::ServerSideEmit{
                                   {std::string(event.json_text()), event.take_attachments()}, {}});
}

Emitter redis_streams_emitter(const RedisStreamsEmitterOptions& options) {
  return Emitter(std::make_shared<redis::EmitterState>(redis::required_address(options.url),
                                                       redis::make_emitter_format(options)));
}

}  // namespace socketio
