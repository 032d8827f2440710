// SPDX-License-Identifier: MIT
#include "core/server/engine_socket_state.hpp"

#include "base/contain.hpp"
#include "core/event_bytes.hpp"

#include <utility>

namespace socketio::core {

namespace {

engine::PacketView view_of(const engineio::Packet& packet) {
  return {engineio::to_string(packet.type), packet.data,
          packet.content == engineio::Content::binary};
}

/// An application's connection without Socket.IO.
class EngineHandler final : public engine::SessionHandler {
 public:
  explicit EngineHandler(std::shared_ptr<EngineSocketState> socket) : socket_(std::move(socket)) {}
  void on_text(std::string_view message) override { socket_->on_message({message}); }
  void on_binary(std::string_view message) override {
    socket_->on_message({.data = message, .is_binary = true});
  }
  // The socket is the session's observer as well.
  void on_close(DisconnectReason) override {}

 private:
  const std::shared_ptr<EngineSocketState> socket_;
};

}  // namespace

EngineSocketState::EngineSocketState(std::shared_ptr<NodeLink> link,
                                     std::shared_ptr<engine::Session> session)
    : link_(std::move(link)), session_(std::move(session)) {}

std::shared_ptr<EngineSocketState> EngineSocketState::of(
    const std::shared_ptr<NodeLink>& link, const std::shared_ptr<engine::Session>& session) {
  if (auto known = std::dynamic_pointer_cast<EngineSocketState>(session->observer())) return known;
  return std::make_shared<EngineSocketState>(link, session);
}

EngineSocketState::Lists& EngineSocketState::handlers() {
  if (!session_->observer() && session_->is_open()) session_->set_observer(shared_from_this());
  const auto observer = std::dynamic_pointer_cast<EngineSocketState>(session_->observer());
  return observer ? observer->handlers_ : handlers_;
}

EmitResult EngineSocketState::send(engine::Message message) {
  const auto content = message.is_binary ? engineio::Content::binary : engineio::Content::text;
  const auto send_now = [content](engine::Session& session, std::string_view data) {
    return session.send({engineio::PacketType::message, content, data}, Compress::yes);
  };
  if (link_->loop->is_current()) {
    return send_now(*session_, message.data);
  }
  const std::size_t bytes = event_bytes(message.data, {});
  auto task = [self = shared_from_this(), data = std::string(message.data), send_now] {
    contain(*self, [&] { send_now(*self->session_, data); });
  };
  return link_->loop->try_post(std::move(task), bytes) ? EmitResult::sent : EmitResult::dropped;
}

void EngineSocketState::close() {
  if (!link_->loop->is_current()) {
    link_->loop->post([self = shared_from_this()] { contain(*self, [&] { self->close(); }); });
    return link_->loop->hurry();
  }
  session_->close(DisconnectReason::forced_close);
}

void EngineSocketState::on_exception() noexcept {
  report("connection", std::current_exception());
  session_->break_off();
}

void EngineSocketState::report(const char* what, const std::exception_ptr& thrown) noexcept {
  if (link_->node) link_->node->report(what, thrown);
}

template <class List, class... Told>
void EngineSocketState::call(const List& list, const char* what, const Told&... told) noexcept {
  if (list.empty()) return;
  engine::Socket handle(shared_from_this());
  list.for_each([&](const auto& handler) {
    try {
      handler(handle, told...);
    } catch (...) {
      report(what, std::current_exception());
    }
  });
}

void EngineSocketState::on_message(engine::Message message) {
  call(handlers_.message, "message", message);
}

void EngineSocketState::on_packet(const engineio::Packet& packet) {
  call(handlers_.packet, "packet", view_of(packet));
}

void EngineSocketState::on_packet_create(const engineio::Packet& packet) {
  call(handlers_.packet_create, "packet_create", view_of(packet));
}

void EngineSocketState::on_upgrade(engine::TransportName transport) {
  call(handlers_.upgrade, "upgrade", engine::to_string(transport));
}

void EngineSocketState::on_drain() { call(handlers_.drain, "drain"); }

void EngineSocketState::on_close(DisconnectReason reason) {
  const Lists ended = std::exchange(handlers_, {});
  call(ended.close, "close", reason);
}

std::shared_ptr<engine::SessionHandler> EngineConnections::accept(
    const std::shared_ptr<engine::Session>& session) {
  const auto socket = EngineSocketState::of(link_, session);
  auto handler = std::make_shared<EngineHandler>(socket);
  engine::Socket handle(socket);
  handlers_.for_each([&](const ConnectionHandler& notify) {
    if (!session->is_open()) return;
    try {
      notify(handle);
    } catch (...) {
      socket->report("connection", std::current_exception());
    }
  });
  return handler;
}

}  // namespace socketio::core
