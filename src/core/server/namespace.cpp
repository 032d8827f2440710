// SPDX-License-Identifier: MIT
#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"

#include <socketio/namespace.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace socketio {

namespace {

const std::string no_name;

}  // namespace

const std::string& Namespace::name() const { return state_ ? state_->name() : no_name; }

std::size_t Namespace::sockets_count() const {
  return state_ ? state_->socket_count_everywhere() : 0;
}

std::vector<Socket> Namespace::sockets() const {
  std::vector<Socket> sockets;
  if (!state_) return sockets;
  const auto here = state_->here();
  for (core::SocketState* const socket : here->everybody())
    sockets.emplace_back(socket->shared_from_this());
  return sockets;
}

bool Namespace::is_same(const Namespace& other) const {
  if (!state_ || !other.state_) return state_ == other.state_;
  return state_ == other.state_ || state_->is_counterpart_of(*other.state_);
}

// --- Handlers: the same function goes to the namespace of every loop, which copies it ---

namespace {

/// Of the namespace's events, or of those of other servers.
using Table = detail::HandlerTable core::NamespaceHandlers::*;

HandlerId add_event(core::NamespaceState* state, Table table, std::string event,
                    detail::EventHandler handler, detail::HandlerTableRef::Times times) {
  if (!state) return 0;
  const HandlerId id = state->next_handler_id();
  const bool is_once = times == detail::HandlerTableRef::Times::once;
  state->change_handlers(
      [table, event = std::move(event),
       entry = detail::HandlerTable::Entry{id, std::move(handler), times,
                                           is_once ? std::make_shared<std::atomic<bool>>(false)
                                                   : nullptr}](core::NamespaceHandlers& handlers) {
        (handlers.*table).add(event, entry);
      });
  return id;
}

void remove_event(core::NamespaceState* state, Table table, std::string_view event,
                  HandlerId handler) {
  if (!state) return;
  state->change_handlers(
      [table, event = std::string(event), handler](core::NamespaceHandlers& handlers) {
        (handlers.*table).remove(event, handler);
      });
}

void remove_event(core::NamespaceState* state, Table table, std::string_view event) {
  if (!state) return;
  state->change_handlers([table, event = std::string(event)](core::NamespaceHandlers& handlers) {
    (handlers.*table).remove(event);
  });
}

}  // namespace

HandlerId Namespace::add_handler(std::string event, detail::EventHandler handler,
                                 detail::HandlerTableRef::Times times) const {
  return add_event(state_.get(), &core::NamespaceHandlers::events, std::move(event),
                   std::move(handler), times);
}

void Namespace::off(std::string_view event, HandlerId handler) const {
  remove_event(state_.get(), &core::NamespaceHandlers::events, event, handler);
}

void Namespace::off(std::string_view event) const {
  remove_event(state_.get(), &core::NamespaceHandlers::events, event);
}

void Namespace::off() const {
  if (!state_) return;
  state_->change_handlers([](core::NamespaceHandlers& handlers) { handlers.events.remove_all(); });
}

HandlerId Namespace::add_server_side(std::string event, detail::EventHandler handler) const {
  return add_event(state_.get(), &core::NamespaceHandlers::server_side, std::move(event),
                   std::move(handler), detail::HandlerTableRef::Times::always);
}

void Namespace::off_server_side_emit(std::string_view event, HandlerId handler) const {
  remove_event(state_.get(), &core::NamespaceHandlers::server_side, event, handler);
}

void Namespace::off_server_side_emit(std::string_view event) const {
  remove_event(state_.get(), &core::NamespaceHandlers::server_side, event);
}

void Namespace::require_server_side_name(std::string_view event) {
  // What the JavaScript Server itself emits.
  if (event != "connect" && event != "connection" && event != "new_namespace") return;
  throw std::invalid_argument('"' + std::string(event) + "\" is a reserved event name");
}

Pending<std::size_t> Namespace::server_count() const {
  Pending<std::size_t> pending(completion_loop());
  if (state_) {
    state_->count_servers([pending](std::size_t servers) { pending.complete(servers); });
  } else {
    pending.complete(0);
  }
  return pending;
}

EmitResult Namespace::emit_server_side(detail::OutgoingEvent& event) const {
  return state_ ? state_->here()->server_side_emit(event) : EmitResult::not_connected;
}

void Namespace::emit_server_side_with_ack(detail::OutgoingEvent& event, detail::AckCallback each,
                                          detail::AllCallback all) const {
  if (!state_) return all({});
  state_->here()->server_side_emit_with_ack(event, std::move(each), std::move(all));
}

void Namespace::add_middleware(detail::ConnectionMiddleware middleware) const {
  if (!state_) return;
  state_->change_handlers([middleware = std::move(middleware)](core::NamespaceHandlers& handlers) {
    handlers.middlewares.push_back(std::make_shared<detail::ConnectionMiddleware>(middleware));
  });
}

void Namespace::add_connection_handler(detail::ConnectionHandler handler) const {
  if (!state_) return;
  state_->change_handlers([handler = std::move(handler)](core::NamespaceHandlers& handlers) {
    handlers.connection.add(handler);
  });
}

namespace {

/// Adds to a list of every loop.
template <class Function>
HandlerId add_to(core::NamespaceState* state, detail::HandlerList<Function> core::Handlers::*list,
                 Function function, detail::Position position = detail::Position::back) {
  if (!state) return 0;
  const HandlerId id = state->next_handler_id();
  state->change_handlers(
      [list, id, function = std::move(function), position](core::NamespaceHandlers& handlers) {
        (handlers.*list).add(id, function, position);
      });
  return id;
}

template <class Function>
void remove_from(core::NamespaceState* state, detail::HandlerList<Function> core::Handlers::*list,
                 HandlerId id) {
  if (!state) return;
  state->change_handlers(
      [list, id](core::NamespaceHandlers& handlers) { (handlers.*list).remove(id); });
}

template <class Function>
void clear(core::NamespaceState* state, detail::HandlerList<Function> core::Handlers::*list) {
  if (!state) return;
  state->change_handlers([list](core::NamespaceHandlers& handlers) { (handlers.*list).clear(); });
}

}  // namespace

void Namespace::add_disconnecting(detail::DisconnectHandler handler) const {
  add_to(state_.get(), &core::Handlers::disconnecting, std::move(handler));
}

void Namespace::add_disconnect(detail::DisconnectHandler handler) const {
  add_to(state_.get(), &core::Handlers::disconnect, std::move(handler));
}

HandlerId Namespace::add_any(detail::AnyHandler handler, detail::Position position) const {
  return add_to(state_.get(), &core::Handlers::any, std::move(handler), position);
}

HandlerId Namespace::add_any_outgoing(detail::AnyHandler handler, detail::Position position) const {
  return add_to(state_.get(), &core::Handlers::any_outgoing, std::move(handler), position);
}

void Namespace::off_any(HandlerId handler) const {
  remove_from(state_.get(), &core::Handlers::any, handler);
}

void Namespace::off_any() const { clear(state_.get(), &core::Handlers::any); }

void Namespace::off_any_outgoing(HandlerId handler) const {
  remove_from(state_.get(), &core::Handlers::any_outgoing, handler);
}

void Namespace::off_any_outgoing() const { clear(state_.get(), &core::Handlers::any_outgoing); }

void Namespace::set_error_hook(detail::ErrorHook hook) const {
  if (!state_) return;
  state_->change_handlers([hook = std::move(hook)](core::NamespaceHandlers& handlers) {
    handlers.error = hook ? std::make_shared<const detail::ErrorHook>(hook) : nullptr;
  });
}

}  // namespace socketio
