// SPDX-License-Identifier: MIT
#include "core/namespace_state.hpp"

#include <utility>

#include "core/socket_state.hpp"

namespace socketio::core {

NamespaceState::NamespaceState(Node& node, std::string name, std::shared_ptr<NamespaceHandlers> handlers)
    : node_(&node), loop_(node.loop()), name_(std::move(name)), handlers_(std::move(handlers)) {}

SocketState* NamespaceState::find(std::string_view id) const {
  const auto found = sockets_.find(id);
  return found == sockets_.end() ? nullptr : found->second.get();
}

void NamespaceState::add(const std::shared_ptr<SocketState>& socket) {
  sockets_.emplace(socket->id(), socket);
  socket->position = static_cast<std::uint32_t>(everybody_.size());
  everybody_.push_back(socket.get());
}

void NamespaceState::remove(SocketState& socket) {
  const auto found = sockets_.find(socket.id());
  if (found == sockets_.end()) return;
  rooms_.leave_all(socket);
  everybody_[socket.position] = everybody_.back();
  everybody_[socket.position]->position = socket.position;
  everybody_.pop_back();
  sockets_.erase(found);
}

void NamespaceState::detach() { node_ = nullptr; }

template <class Use>
void NamespaceState::visit(std::string_view room, Use use) {
  if (SocketState* const socket = find(room); socket && socket->in_own_room()) use(*socket);
  if (const Room* const found = rooms_.find(room)) {
    for (SocketState* const member : found->members) use(*member);
  }
}

template <class Use>
void NamespaceState::for_each(const detail::BroadcastTarget& target, Use use) {
  if (target.rooms.empty() && target.except.empty()) {
    for (SocketState* const socket : everybody_) use(*socket);
    return;
  }
  // A socket that carries this broadcast's mark has been served, or is to be left out.
  const std::uint64_t mark = ++broadcast_mark_;
  for (const std::string& room : target.except) {
    visit(room, [&](SocketState& socket) { socket.broadcast_mark = mark; });
  }
  const auto use_once = [&](SocketState& socket) {
    if (std::exchange(socket.broadcast_mark, mark) != mark && socket.connected()) use(socket);
  };
  if (target.rooms.empty()) {
    for (SocketState* const socket : everybody_) use_once(*socket);
  } else {
    for (const std::string& room : target.rooms) visit(room, use_once);
  }
}

std::vector<std::shared_ptr<SocketState>> NamespaceState::collect(const detail::BroadcastTarget& target) {
  std::vector<std::shared_ptr<SocketState>> sockets;
  for_each(target, [&](SocketState& socket) { sockets.push_back(socket.shared_from_this()); });
  return sockets;
}

void NamespaceState::deliver(const engine::PreparedMessage& message, const detail::BroadcastTarget& target,
                             std::string_view json_text) {
  if (!node_) return;
  if (!outgoing_is_watched_) {
    for_each(target, [&](SocketState& socket) { socket.send_prepared(message, target.flags); });
    return;
  }
  for (const auto& socket : collect(target)) {
    socket->notify_outgoing(json_text, message.attachments());
    socket->send_prepared(message, target.flags);
  }
}

void NamespaceState::broadcast(detail::OutgoingEvent& event, const detail::BroadcastTarget& target) {
  const auto type = event.attachments().empty() ? parser::PacketType::event : parser::PacketType::binary_event;
  const std::string header = packet_header(type, name_, std::nullopt, event.attachments().size());
  std::string packet(event.with_header(header));
  engine::PreparedMessage message(std::move(packet), event.take_attachments(), target.flags.compress);
  if (loop_.is_current()) return deliver(message, target, event.json_text());
  loop_.post([self = shared_from_this(), message = std::move(message), target, text = std::string(event.json_text())] {
    self->deliver(message, target, text);
  });
}

void NamespaceState::broadcast_with_ack(detail::OutgoingEvent& event, const detail::BroadcastTarget& target,
                                        detail::AckCallback each, std::function<void()> all) {
  loop_.is_current() ? ask(std::string(event.json_text()), event.take_attachments(), target, std::move(each),
                           std::move(all))
                     : loop_.post([self = shared_from_this(), text = std::string(event.json_text()),
                                   attachments = event.take_attachments(), target, each = std::move(each),
                                   all = std::move(all)]() mutable {
                         self->ask(std::move(text), std::move(attachments), target, std::move(each), std::move(all));
                       });
}

void NamespaceState::ask(std::string json_text, std::vector<Bytes> attachments, const detail::BroadcastTarget& target,
                         detail::AckCallback each, std::function<void()> all) {
  if (!node_) return all();
  // One id for all: the counter is the namespace's, so that it cannot meet one of a single emit.
  const std::uint64_t id = next_ack_id();
  const auto type = attachments.empty() ? parser::PacketType::event : parser::PacketType::binary_event;
  const engine::PreparedMessage message(packet_header(type, name_, id, attachments.size()) + json_text,
                                        std::move(attachments), target.flags.compress);
  const auto sockets = collect(target);
  if (sockets.empty()) return all();
  auto remaining = std::make_shared<std::size_t>(sockets.size());
  const auto callback = [remaining, each = std::move(each), all = std::move(all)](std::error_code error,
                                                                                  const Value* arguments) {
    each(error, arguments);
    if (--*remaining == 0) all();
  };
  for (const auto& socket : sockets) {
    if (!socket->expect_ack(id, callback, target.flags.timeout)) continue;
    if (outgoing_is_watched_) socket->notify_outgoing(json_text, message.attachments());
    socket->send_prepared(message, target.flags);
  }
}

void NamespaceState::with_each(detail::BroadcastTarget target, std::function<void(SocketState&)> use,
                               std::function<void()> done) {
  auto work = [self = shared_from_this(), target = std::move(target), use = std::move(use), done = std::move(done)] {
    for (const auto& socket : self->collect(target)) use(*socket);
    if (done) done();
  };
  loop_.is_current() ? work() : loop_.post(std::move(work));
}

void NamespaceState::report(Socket& socket, HandlerError error) {
  const auto hook = handlers_->error;
  if (!hook) return;
  try {
    hook(socket, error);
  } catch (...) {
    return;  // the hook itself failed: there is nobody left to tell
  }
}

}  // namespace socketio::core
