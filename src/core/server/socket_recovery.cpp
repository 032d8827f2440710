// SPDX-License-Identifier: MIT
// What a SocketState does so that its client may come back (connection state recovery).
#include "core/server/connection.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

namespace socketio::core {

namespace {

/// As in JavaScript: what a client does not do on purpose, and what closes all of its namespaces.
bool may_come_back(DisconnectReason reason, const Recovery& recovery) {
  switch (reason) {
    case DisconnectReason::server_shutting_down:
      return recovery.is_shared();
    case DisconnectReason::transport_error:
    case DisconnectReason::transport_close:
    case DisconnectReason::forced_close:
    case DisconnectReason::ping_timeout:
    case DisconnectReason::forced_server_close:
      return true;
    default:
      return false;
  }
}

}  // namespace

void SocketState::begin_recovery() {
  Recovery* const recovery = nsp_->recovery();
  // Clients of Socket.IO v2 have no private id.
  if (!recovery || session_->is_v3()) return;
  if (!recovery_) {
    recovery_ = recovery->begin(*this);
    return;
  }
  recovery->resume(*this, *recovery_);
  recovery_->recovered = true;
  nsp_->adapter().add_all(id_, recovery_->rooms.rooms());
}

void SocketState::note_sent(std::uint64_t log_end) {
  if (recovery_) recovery_->sent_until = std::max(recovery_->sent_until, log_end);
}

void SocketState::lose_recovery() {
  nsp_->recovery()->end(*recovery_);
  auto session = nsp_->recovery()->begin(*this);
  session->rooms = std::move(recovery_->rooms);
  recovery_ = std::move(session);
}

void SocketState::end_recovery() {
  if (recovery_ && nsp_->recovery()) nsp_->recovery()->end(*recovery_);
}

void SocketState::keep_session(DisconnectReason reason) {
  // What was broadcast before counts as sent to it.
  if (recovery_) nsp_->waiting_broadcasts().before_room_change();
  end_recovery();
  if (!recovery_ || !nsp_->recovery() || !may_come_back(reason, *nsp_->recovery())) return;
  try {
    nsp_->recovery()->keep({id_, std::move(recovery_), data_});
    may_come_back_ = true;
  } catch (...) {
    // There is no memory: it comes back as a new client.
    report("connection", std::current_exception());
  }
}

}  // namespace socketio::core
