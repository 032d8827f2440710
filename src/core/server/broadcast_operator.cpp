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
  append(changed.options_.rooms, rooms);
  return changed;
}

BroadcastOperator BroadcastOperator::except(const Rooms& rooms) const {
  BroadcastOperator changed = *this;
  append(changed.options_.except, rooms);
  return changed;
}

BroadcastOperator BroadcastOperator::local() const {
  BroadcastOperator changed = *this;
  changed.options_.flags.is_local = true;
  return changed;
}

EmitResult BroadcastOperator::emit_encoded(detail::OutgoingEvent& event) const {
  return nsp_ ? nsp_->here()->broadcast(event, options_) : EmitResult::not_connected;
}

void BroadcastOperator::emit_encoded_with_ack(detail::OutgoingEvent& event,
                                              detail::AckCallback each,
                                              detail::AllCallback all) const {
  if (!nsp_) return all({});
  nsp_->here()->broadcast_with_ack(event, options_, std::move(each), std::move(all));
}

std::shared_ptr<detail::CompletionLoop> BroadcastOperator::completion_loop() const {
  return nsp_ ? std::make_shared<core::Completion>(nsp_->here()->shared_from_this()) : nullptr;
}

Pending<FetchedSockets> BroadcastOperator::fetch_sockets() const {
  Pending<FetchedSockets> pending(completion_loop());
  if (!nsp_) {
    pending.complete({});
    return pending;
  }
  nsp_->here()->fetch_sockets(
      options_,
      [pending, nsp = nsp_](std::vector<core::SocketDetails> found, MissingNodes missing) {
        FetchedSockets sockets;
        sockets.missing_nodes_ = std::move(missing);
        sockets.resize(found.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
          sockets[i].id = std::move(found[i].id);
          sockets[i].handshake = std::move(found[i].handshake);
          sockets[i].rooms = std::move(found[i].rooms);
          sockets[i].data = std::move(found[i].data);
          sockets[i].nsp_ = nsp;
        }
        pending.complete(std::move(sockets));
      });
  return pending;
}

void BroadcastOperator::sockets_join(const Rooms& rooms) const {
  if (nsp_) nsp_->here()->add_sockets(options_, rooms.names());
}

void BroadcastOperator::sockets_leave(const Rooms& rooms) const {
  if (nsp_) nsp_->here()->del_sockets(options_, rooms.names());
}

void BroadcastOperator::disconnect_sockets(Close close) const {
  if (nsp_) nsp_->here()->disconnect_sockets(options_, close);
}

}  // namespace socketio
