// SPDX-License-Identifier: MIT
#include "base/immortal.hpp"
#include "core/server/connection.hpp"
#include "core/server/engine_socket_state.hpp"
#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"
#include "server/pending_requests.hpp"

#include <socketio/engine_socket.hpp>
#include <socketio/socket.hpp>

#include <memory>
#include <string>
#include <utility>

namespace socketio {

namespace {

HttpRequest request_of(const engine::Session& session) {
  const engine::OpeningRequest& opening = session.opening();
  http::Request request;
  request.method = "GET";
  request.target = opening.target();
  request.headers = opening.headers();
  const auto state = std::make_shared<detail::RequestState>(std::move(request), nullptr);
  state->set_answered();
  return server::public_request(state, std::string(opening.remote_address()));
}

}  // namespace

namespace detail {

void EngineReport::report(const char* what, const std::exception_ptr& thrown,
                          const engine::Socket& socket) {
  if (socket.state_) socket.state_->report(what, thrown);
}

std::shared_ptr<TaskLoop> EngineReport::loop_of(const engine::Socket& socket) {
  return socket.state_ ? socket.state_->task_loop() : nullptr;
}

}  // namespace detail

namespace engine {

const std::string& Socket::id() const {
  return state_ ? state_->session().id() : immortal<std::string>();
}

bool Socket::is_open() const { return state_ && state_->session().is_open(); }

std::string_view Socket::transport() const {
  return state_ ? to_string(state_->session().transport_name()) : std::string_view();
}

HttpRequest Socket::request() const {
  return state_ ? request_of(state_->session()) : HttpRequest();
}

std::string Socket::remote_address() const {
  return state_ ? std::string(state_->session().opening().remote_address()) : std::string();
}

std::size_t Socket::queued_bytes() const {
  return is_open() ? state_->session().queued_bytes() : 0;
}

bool Socket::writable() const { return state_ && state_->session().writable(); }

EmitResult Socket::send(Message message) const {
  return state_ ? state_->send(message) : EmitResult::not_connected;
}

void Socket::close() const {
  if (state_) state_->close();
}

void Socket::add_message(MessageHandler handler) const {
  if (state_) state_->handlers().message.add(std::move(handler));
}

void Socket::add_packet(PacketHandler handler) const {
  if (state_) state_->handlers().packet.add(std::move(handler));
}

void Socket::add_packet_create(PacketHandler handler) const {
  if (state_) state_->handlers().packet_create.add(std::move(handler));
}

void Socket::add_upgrade(UpgradeHandler handler) const {
  if (state_) state_->handlers().upgrade.add(std::move(handler));
}

void Socket::add_drain(DrainHandler handler) const {
  if (state_) state_->handlers().drain.add(std::move(handler));
}

void Socket::add_close(CloseHandler handler) const {
  if (state_) state_->handlers().close.add(std::move(handler));
}

bool operator==(const Socket& a, const Socket& b) {
  if (!a.state_ || !b.state_) return a.state_ == b.state_;
  return &a.state_->session() == &b.state_->session();
}

}  // namespace engine

engine::Socket Socket::conn() const {
  return state_ ? engine::Socket(state_->engine_socket()) : engine::Socket();
}

HttpRequest Socket::request() const {
  return state_ ? request_of(state_->session()) : HttpRequest();
}

}  // namespace socketio
