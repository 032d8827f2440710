// SPDX-License-Identifier: MIT
#include "base/immortal.hpp"
#include "core/server/completion.hpp"
#include "core/server/connection.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <any>
#include <typeindex>
#include <unordered_map>
#include <utility>

namespace socketio {

namespace {

const std::string no_id;

}  // namespace

namespace detail {

void report_exception(const Socket& socket, std::string_view event, std::exception_ptr exception) {
  if (socket.state_) report_exception(*socket.state_, event, std::move(exception));
}

std::shared_ptr<TaskLoop> loop_of(const Socket& socket) {
  return socket.state_ ? socket.state_->task_loop() : nullptr;
}

void MiddlewareReport::operator()(const std::exception_ptr& thrown, const Socket& socket,
                                  const Next& next) const {
  (*this)(thrown, socket, Event{"middleware", {}}, next);
}

void MiddlewareReport::operator()(const std::exception_ptr& thrown, const Socket& socket,
                                  const Event& event, const Next& next) const {
  report_exception(socket, event.name, thrown);
  next(MiddlewareError{"Internal server error"});
}

}  // namespace detail

const std::string& Socket::id() const { return state_ ? state_->id() : no_id; }

bool Socket::connected() const { return state_ && state_->connected(); }

bool Socket::recovered() const { return state_ && state_->recovered(); }

const Handshake& Socket::handshake() const {
  return state_ ? state_->handshake() : immortal<Handshake>();
}

Namespace Socket::nsp() const { return Namespace(state_ ? state_->shared_nsp() : nullptr); }

std::string_view Socket::transport() const {
  if (!state_ || !state_->connection()) return {};
  return engine::to_string(state_->connection()->session().transport_name());
}

std::string Socket::remote_address() const {
  return state_ ? std::string(state_->remote_address()) : std::string();
}

std::size_t Socket::queued_bytes() const {
  return state_ && state_->connection() ? state_->connection()->session().queued_bytes() : 0;
}

std::any& Socket::data_slot(const std::type_info& type) const {
  thread_local std::unordered_map<std::type_index, std::any> nobodys;
  return state_ ? state_->data(type) : nobodys[std::type_index(type)];
}

bool Socket::join(const Rooms& rooms) const {
  if (!state_) return false;
  if (!state_->nsp().loop().is_current()) {
    state_->nsp().loop().post(
        [state = state_, rooms] { contain(*state, [&] { Socket(state).join(rooms); }); });
    return true;
  }
  return state_->join(rooms.names());
}

void Socket::leave(std::string_view room) const {
  if (!state_) return;
  if (!state_->nsp().loop().is_current()) {
    state_->nsp().loop().post([state = state_, room = std::string(room)] {
      contain(*state, [&] { state->leave(room); });
    });
    return;
  }
  state_->leave(room);
}

void Socket::leave_all() const {
  if (!state_) return;
  if (!state_->nsp().loop().is_current()) {
    state_->nsp().loop().post([state = state_] { contain(*state, [&] { state->leave_all(); }); });
    return;
  }
  state_->leave_all();
}

std::vector<std::string> Socket::rooms() const {
  return state_ ? state_->rooms() : std::vector<std::string>{};
}

void Socket::disconnect(Close close) const {
  if (state_) state_->disconnect(close);
}

Pending<bool> Socket::drained() const {
  Pending<bool> pending(completion_loop());
  if (state_) {
    state_->when_drained([pending](bool has_drained) { pending.complete(has_drained); });
  } else {
    pending.complete(false);
  }
  return pending;
}

EmitResult Socket::emit_encoded(detail::OutgoingEvent& event,
                                const detail::EmitFlags& flags) const {
  return state_ ? state_->emit(event, flags) : EmitResult::not_connected;
}

void Socket::emit_encoded_with_ack(detail::OutgoingEvent& event, const detail::EmitFlags& flags,
                                   detail::AckCallback callback) const {
  if (!state_) return callback(Errc::not_connected, nullptr);
  state_->emit_with_ack(event, flags, std::move(callback));
}

std::shared_ptr<detail::CompletionLoop> Socket::completion_loop() const {
  return state_ ? std::make_shared<core::Completion>(state_->shared_nsp(), state_) : nullptr;
}

BroadcastOperator Socket::to(const Rooms& rooms) const { return broadcast().to(rooms); }
BroadcastOperator Socket::except(const Rooms& rooms) const { return broadcast().except(rooms); }
BroadcastOperator Socket::broadcast() const { return SocketOperator(*this).broadcast(); }
BroadcastOperator Socket::local() const { return broadcast().local(); }

detail::HandlerTableRef Socket::table() const {
  // Nothing would release what is registered after the disconnect.
  return detail::HandlerTableRef(state_ && state_->connection() ? &state_->handlers().events
                                                                : nullptr);
}

HandlerId Socket::add_any(detail::AnyHandler handler, detail::Position position) const {
  if (!state_ || !state_->connection()) return 0;
  return state_->handlers().any.add(std::move(handler), position);
}

HandlerId Socket::add_any_outgoing(detail::AnyHandler handler, detail::Position position) const {
  if (!state_ || !state_->connection()) return 0;
  state_->nsp().watch_outgoing();
  return state_->handlers().any_outgoing.add(std::move(handler), position);
}

void Socket::off_any(HandlerId handler) const {
  if (state_) state_->handlers().any.remove(handler);
}
void Socket::off_any() const {
  if (state_) state_->handlers().any.clear();
}
void Socket::off_any_outgoing(HandlerId handler) const {
  if (state_) state_->handlers().any_outgoing.remove(handler);
}
void Socket::off_any_outgoing() const {
  if (state_) state_->handlers().any_outgoing.clear();
}

void Socket::add_middleware(detail::PacketMiddleware middleware) const {
  if (state_ && state_->connection()) state_->add_middleware(std::move(middleware));
}
void Socket::add_error_handler(detail::ErrorHandler handler) const {
  if (state_ && state_->connection()) state_->add_error_handler(std::move(handler));
}
void Socket::add_disconnecting(detail::DisconnectHandler handler) const {
  if (state_ && state_->connection()) state_->handlers().disconnecting.add(std::move(handler));
}
void Socket::add_disconnect(detail::DisconnectHandler handler) const {
  if (state_ && state_->connection()) state_->handlers().disconnect.add(std::move(handler));
}

BroadcastOperator SocketOperator::broadcast() const {
  BroadcastOperator others(socket_.state_ ? socket_.state_->shared_nsp() : nullptr);
  others.options_.flags = flags_;
  others.options_.except.push_back(socket_.id());
  return others;
}

BroadcastOperator SocketOperator::local() const { return broadcast().local(); }
BroadcastOperator SocketOperator::to(const Rooms& rooms) const { return broadcast().to(rooms); }
BroadcastOperator SocketOperator::except(const Rooms& rooms) const {
  return broadcast().except(rooms);
}

}  // namespace socketio
