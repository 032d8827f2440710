// SPDX-License-Identifier: MIT
#include "core/server/completion.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <utility>

namespace socketio {

namespace {

void append(std::vector<std::string>& names, const Rooms& rooms) {
  names.insert(names.end(), rooms.names().begin(), rooms.names().end());
}

}  // namespace

BroadcastOperator BroadcastOperator::to(const Rooms& rooms) const {
  BroadcastOperator changed = *this;
  append(changed.target_.rooms, rooms);
  return changed;
}

BroadcastOperator BroadcastOperator::except(const Rooms& rooms) const {
  BroadcastOperator changed = *this;
  append(changed.target_.except, rooms);
  return changed;
}

BroadcastOperator BroadcastOperator::local() const {
  BroadcastOperator changed = *this;
  changed.target_.flags.is_local = true;
  return changed;
}

void BroadcastOperator::emit_encoded(detail::OutgoingEvent& event) const {
  if (nsp_) nsp_->broadcast(event, target_);
}

void BroadcastOperator::emit_encoded_with_ack(detail::OutgoingEvent& event,
                                              detail::AckCallback each,
                                              std::function<void()> all) const {
  if (!nsp_) return all();
  nsp_->broadcast_with_ack(event, target_, std::move(each), std::move(all));
}

std::shared_ptr<detail::CompletionLoop> BroadcastOperator::completion_loop() const {
  return nsp_ ? std::make_shared<core::Completion>(nsp_) : nullptr;
}

Pending<std::vector<RemoteSocket>> BroadcastOperator::fetch_sockets() const {
  Pending<std::vector<RemoteSocket>> pending(completion_loop());
  if (!nsp_) {
    pending.complete({});
    return pending;
  }
  auto found = std::make_shared<std::vector<RemoteSocket>>();
  nsp_->with_each(
      target_,
      [found, nsp = nsp_](core::SocketState& socket) {
        RemoteSocket remote;
        remote.id = socket.id();
        remote.handshake = socket.handshake();
        remote.rooms = socket.rooms();
        if (const json* const data = socket.json_data()) remote.data = *data;
        remote.nsp_ = nsp;
        found->push_back(std::move(remote));
      },
      [found, pending] { pending.complete(std::move(*found)); });
  return pending;
}

void BroadcastOperator::sockets_join(const Rooms& rooms) const {
  if (!nsp_) return;
  nsp_->with_each(target_, [rooms](core::SocketState& socket) {
    for (const std::string& room : rooms.names()) socket.join(room);
  });
}

void BroadcastOperator::sockets_leave(const Rooms& rooms) const {
  if (!nsp_) return;
  nsp_->with_each(target_, [rooms](core::SocketState& socket) {
    for (const std::string& room : rooms.names()) socket.leave(room);
  });
}

void BroadcastOperator::disconnect_sockets(Close close) const {
  if (!nsp_) return;
  nsp_->with_each(target_, [close](core::SocketState& socket) { socket.disconnect(close); });
}

}  // namespace socketio
