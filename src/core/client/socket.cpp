// SPDX-License-Identifier: MIT
#include "core/client/socket_state.hpp"

#include <socketio/client_socket.hpp>

#include <utility>

namespace socketio {

namespace {

const std::string no_namespace;

/// The id of a lifecycle handler says which list it is in.
enum class LifecycleList : HandlerId { connect, connect_error, disconnect, error };
constexpr HandlerId lifecycle_lists = 4;

HandlerId lifecycle_id(HandlerId id, LifecycleList list) {
  return id * lifecycle_lists + static_cast<HandlerId>(list);
}

template <class Use>
void change(const std::shared_ptr<core::ClientSocketState>& socket, Use use) {
  if (socket) socket->change_handlers(use);
}

/// `use` returns the new handler's id.
template <class Use>
HandlerId add(const std::shared_ptr<core::ClientSocketState>& socket, Use use) {
  HandlerId id = 0;
  change(socket, [&](core::ClientHandlers& handlers) { id = use(handlers); });
  return id;
}

}  // namespace

void detail::ClientHookReport::notify(std::string_view event,
                                      const std::exception_ptr& thrown) const {
  if (const auto kept = socket.lock()) kept->report_thrown(event, thrown);
}

std::shared_ptr<detail::TaskLoop> detail::ClientHookReport::loop_of(
    const std::weak_ptr<core::ClientSocketState>& socket) {
  const auto kept = socket.lock();
  return kept ? kept->task_loop() : nullptr;
}

std::string ClientSocket::id() const { return state_ ? state_->id() : std::string(); }
const std::string& ClientSocket::nsp() const { return state_ ? state_->nsp() : no_namespace; }
bool ClientSocket::connected() const { return state_ && state_->connected(); }
bool ClientSocket::active() const { return state_ && state_->active(); }
bool ClientSocket::recovered() const { return state_ && state_->recovered(); }
std::string_view ClientSocket::transport() const {
  return state_ ? state_->transport() : std::string_view();
}

void ClientSocket::connect() const {
  if (state_) state_->connect();
}
void ClientSocket::disconnect() const {
  if (state_) state_->disconnect();
}
void ClientSocket::set_auth(Auth auth) const {
  if (state_) state_->set_auth(std::move(auth));
}

// --- Sending ---

EmitResult ClientSocket::emit_encoded(detail::OutgoingEvent& event,
                                      const detail::EmitFlags& flags) const {
  return state_ ? state_->emit(event, flags) : EmitResult::not_connected;
}

void ClientSocket::emit_encoded_with_ack(detail::OutgoingEvent& event,
                                         const detail::EmitFlags& flags,
                                         detail::AckCallback callback) const {
  if (!state_) return callback(Errc::not_connected, nullptr);
  state_->emit_with_ack(event, flags, std::move(callback));
}

std::shared_ptr<detail::CompletionLoop> ClientSocket::completion_loop() const { return state_; }

// --- Handlers ---

HandlerId ClientSocket::add_handler(std::string event, detail::EventHandler handler,
                                    detail::HandlerTableRef::Times times) const {
  return state_ ? state_->add_handler(std::move(event), std::move(handler), times) : 0;
}

void ClientSocket::off(std::string_view event, HandlerId handler) const {
  change(state_, [&](auto& handlers) { handlers.events.remove(event, handler); });
}
void ClientSocket::off(std::string_view event) const {
  change(state_, [&](auto& handlers) { handlers.events.remove(event); });
}
void ClientSocket::off() const {
  change(state_, [](auto& handlers) { handlers.events.remove_all(); });
}

HandlerId ClientSocket::add_any(detail::ClientAnyHandler handler, detail::Position position) const {
  return add(state_,
             [&](auto& handlers) { return handlers.any.add(std::move(handler), position); });
}
void ClientSocket::off_any(HandlerId handler) const {
  change(state_, [&](auto& handlers) { handlers.any.remove(handler); });
}
void ClientSocket::off_any() const {
  change(state_, [](auto& handlers) { handlers.any.clear(); });
}

HandlerId ClientSocket::add_any_outgoing(detail::ClientAnyHandler handler,
                                         detail::Position position) const {
  return add(state_, [&](auto& handlers) {
    return handlers.any_outgoing.add(std::move(handler), position);
  });
}
void ClientSocket::off_any_outgoing(HandlerId handler) const {
  change(state_, [&](auto& handlers) { handlers.any_outgoing.remove(handler); });
}
void ClientSocket::off_any_outgoing() const {
  change(state_, [](auto& handlers) { handlers.any_outgoing.clear(); });
}

HandlerId ClientSocket::add_connect(detail::Signal handler) const {
  return add(state_, [&](auto& handlers) {
    return lifecycle_id(handlers.connect.add(std::move(handler)), LifecycleList::connect);
  });
}
HandlerId ClientSocket::add_connect_error(detail::ConnectionErrorHandler handler) const {
  return add(state_, [&](auto& handlers) {
    return lifecycle_id(handlers.connect_error.add(std::move(handler)),
                        LifecycleList::connect_error);
  });
}
HandlerId ClientSocket::add_disconnect(detail::CloseHandler handler) const {
  return add(state_, [&](auto& handlers) {
    return lifecycle_id(handlers.disconnect.add(std::move(handler)), LifecycleList::disconnect);
  });
}
HandlerId ClientSocket::add_error(detail::ClientErrorHook handler) const {
  return add(state_, [&](auto& handlers) {
    return lifecycle_id(handlers.error.add(std::move(handler)), LifecycleList::error);
  });
}

void ClientSocket::off_lifecycle(HandlerId handler) const {
  const HandlerId id = handler / lifecycle_lists;
  change(state_, [&](auto& handlers) {
    switch (static_cast<LifecycleList>(handler % lifecycle_lists)) {
      case LifecycleList::connect:
        return handlers.connect.remove(id);
      case LifecycleList::connect_error:
        return handlers.connect_error.remove(id);
      case LifecycleList::disconnect:
        return handlers.disconnect.remove(id);
      case LifecycleList::error:
        return handlers.error.remove(id);
    }
  });
}

}  // namespace socketio
