// SPDX-License-Identifier: MIT
#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"

#include <socketio/namespace.hpp>

#include <stdexcept>
#include <utility>

namespace socketio {

namespace {

const std::string no_name;

}  // namespace

const std::string& Namespace::name() const { return state_ ? state_->name() : no_name; }

std::size_t Namespace::sockets_count() const { return state_ ? state_->socket_count() : 0; }

std::vector<Socket> Namespace::sockets() const {
  std::vector<Socket> sockets;
  if (!state_) return sockets;
  for (core::SocketState* const socket : state_->everybody())
    sockets.emplace_back(socket->shared_from_this());
  return sockets;
}

detail::HandlerTableRef Namespace::table() const {
  return detail::HandlerTableRef(state_ ? &state_->own_handlers().events : nullptr);
}

detail::HandlerTableRef Namespace::server_side_table() const {
  return detail::HandlerTableRef(state_ ? &state_->own_handlers().server_side : nullptr);
}

void Namespace::require_server_side_name(std::string_view event) {
  // What the JavaScript Server itself emits.
  if (event != "connect" && event != "connection" && event != "new_namespace") return;
  throw std::invalid_argument('"' + std::string(event) + "\" is a reserved event name");
}

void Namespace::emit_server_side(detail::OutgoingEvent& event) const {
  if (state_) state_->server_side_emit(event);
}

void Namespace::emit_server_side_with_ack(detail::OutgoingEvent& event, detail::AckCallback each,
                                          detail::AllCallback all) const {
  if (!state_) return all({});
  state_->server_side_emit_with_ack(event, std::move(each), std::move(all));
}

void Namespace::add_middleware(detail::ConnectionMiddleware middleware) const {
  if (!state_) return;
  state_->own_handlers().middlewares.push_back(
      std::make_shared<detail::ConnectionMiddleware>(std::move(middleware)));
}

void Namespace::add_connection_handler(detail::ConnectionHandler handler) const {
  if (!state_) return;
  state_->own_handlers().connection.push_back(
      std::make_shared<detail::ConnectionHandler>(std::move(handler)));
}

void Namespace::add_disconnecting(detail::DisconnectHandler handler) const {
  if (state_) state_->own_handlers().disconnecting.add(std::move(handler));
}

void Namespace::add_disconnect(detail::DisconnectHandler handler) const {
  if (state_) state_->own_handlers().disconnect.add(std::move(handler));
}

HandlerId Namespace::add_any(detail::AnyHandler handler, detail::Position position) const {
  return state_ ? state_->own_handlers().any.add(std::move(handler), position) : 0;
}

HandlerId Namespace::add_any_outgoing(detail::AnyHandler handler, detail::Position position) const {
  return state_ ? state_->own_handlers().any_outgoing.add(std::move(handler), position) : 0;
}

void Namespace::off_any(HandlerId handler) const {
  if (state_) state_->own_handlers().any.remove(handler);
}

void Namespace::off_any() const {
  if (state_) state_->own_handlers().any.clear();
}

void Namespace::off_any_outgoing(HandlerId handler) const {
  if (state_) state_->own_handlers().any_outgoing.remove(handler);
}

void Namespace::off_any_outgoing() const {
  if (state_) state_->own_handlers().any_outgoing.clear();
}

void Namespace::set_error_hook(detail::ErrorHook hook) const {
  if (!state_) return;
  state_->own_handlers().error =
      hook ? std::make_shared<const detail::ErrorHook>(std::move(hook)) : nullptr;
}

}  // namespace socketio
