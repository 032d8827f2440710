// SPDX-License-Identifier: MIT
#include "core/server/namespace_state.hpp"

#include "core/event_text.hpp"
#include "core/make_room.hpp"
#include "core/server/socket_state.hpp"

#include <algorithm>
#include <utility>

namespace socketio::core {

NamespaceState::NamespaceState(std::shared_ptr<NodeLink> link, std::string name,
                               const NamespaceState* parent)
    : link_(std::move(link)),
      name_(std::move(name)),
      parent_(parent),
      handlers_(parent ? parent->handlers_ : std::make_shared<NamespaceHandlers>()),
      handlers_are_parents_(parent != nullptr),
      kept_without_clients_(parent == nullptr),
      event_header_(packet_header(parser::PacketType::event, name_, std::nullopt, 0)) {}

NamespaceHandlers& NamespaceState::own_handlers() {
  if (handlers_are_parents_) {
    handlers_ = std::make_shared<NamespaceHandlers>(*handlers_);
    handlers_are_parents_ = false;
  }
  return *handlers_;
}

SocketState* NamespaceState::find(std::string_view id) const {
  const auto found = sockets_.find(id);
  return found == sockets_.end() ? nullptr : found->second.get();
}

void NamespaceState::add(const std::shared_ptr<SocketState>& socket) {
  waiting_broadcasts().before_room_change();
  make_room(everybody_);  // so that it is added to both or to none
  sockets_.emplace(socket->id(), socket);
  socket->position = static_cast<std::uint32_t>(everybody_.size());
  everybody_.push_back(socket.get());
}

void NamespaceState::remove(SocketState& socket) {
  const auto found = sockets_.find(socket.id());
  if (found == sockets_.end()) return;
  rooms().leave_all(socket);
  everybody_[socket.position] = everybody_.back();
  everybody_[socket.position]->position = socket.position;
  everybody_.pop_back();
  sockets_.erase(found);
}

void NamespaceState::leave_client() {
  if (--clients_ == 0 && !kept_without_clients_ && link_->node) link_->node->release(*this);
}

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

std::vector<std::shared_ptr<SocketState>> NamespaceState::collect(
    const detail::BroadcastTarget& target) {
  std::vector<std::shared_ptr<SocketState>> sockets;
  for_each(target, [&](SocketState& socket) { sockets.push_back(socket.shared_from_this()); });
  return sockets;
}

void NamespaceState::send(engine::PreparedMessage message, const detail::BroadcastTarget& target,
                          std::string_view json_text) {
  if (!link_->node) return;
  if (is_parent()) return send_to_children(message, target, json_text);
  if (outgoing_is_watched() || target.flags.is_volatile)
    return send_at_once(message, target, json_text);
  waiting_broadcasts().add(*this, target, std::move(message));
}

void NamespaceState::send_to_children(const engine::PreparedMessage& message,
                                      const detail::BroadcastTarget& target,
                                      std::string_view json_text) {
  const auto& attachments = message.parts().front().attachments;
  const auto type =
      attachments.empty() ? parser::PacketType::event : parser::PacketType::binary_event;
  link_->node->for_each_child(*this, [&](NamespaceState& child) {
    std::string packet = packet_header(type, child.name(), std::nullopt, attachments.size());
    packet += json_text;
    child.send({std::move(packet), attachments, target.flags.compress}, target, json_text);
  });
}

void NamespaceState::deliver(const engine::PreparedMessage& messages,
                             const detail::BroadcastTarget& target) {
  // Reported at the end: the hook is user code, which may change who is in a room.
  std::shared_ptr<SocketState> failed;
  std::exception_ptr failure;
  for_each(target, [&](SocketState& socket) {
    try {
      socket.deliver(messages, target.flags);
    } catch (...) {
      socket.break_off();
      failed = socket.shared_from_this();
      failure = std::current_exception();
    }
  });
  if (!failed) return;
  Socket handle(failed);
  report(handle, "connection", failure);
}

template <class Use>
void NamespaceState::use_each(const std::vector<std::shared_ptr<SocketState>>& sockets, Use use) {
  for (const auto& socket : sockets) {
    contain(*socket, [&] { use(*socket); });
  }
}

void NamespaceState::send_at_once(const engine::PreparedMessage& message,
                                  const detail::BroadcastTarget& target,
                                  std::string_view json_text) {
  use_each(collect(target), [&](SocketState& socket) {
    socket.notify_outgoing(json_text, message.parts().front().attachments);
    socket.send_prepared(message, target.flags);
  });
}

std::string NamespaceState::event_packet(detail::OutgoingEvent& event) const {
  if (event.attachments().empty()) return std::string(event.with_header(event_header_));
  return std::string(event.with_header(packet_header(parser::PacketType::binary_event, name_,
                                                     std::nullopt, event.attachments().size())));
}

void NamespaceState::broadcast(detail::OutgoingEvent& event,
                               const detail::BroadcastTarget& target) {
  std::string packet = event_packet(event);  // counts the attachments, so before they are taken
  engine::PreparedMessage message(std::move(packet), event.take_attachments(),
                                  target.flags.compress);
  if (loop().is_current()) return send(std::move(message), target, event.json_text());
  loop().post([self = shared_from_this(), message = std::move(message), target,
               text = std::string(event.json_text())]() mutable {
    self->send(std::move(message), target, text);
  });
}

void NamespaceState::broadcast_with_ack(detail::OutgoingEvent& event,
                                        const detail::BroadcastTarget& target,
                                        detail::AckCallback each, std::function<void()> all) {
  loop().is_current()
      ? ask(std::string(event.json_text()), event.take_attachments(), target, std::move(each),
            std::move(all))
      : loop().post([self = shared_from_this(), text = std::string(event.json_text()),
                     attachments = event.take_attachments(), target, each = std::move(each),
                     all = std::move(all)]() mutable {
          self->ask(std::move(text), std::move(attachments), target, std::move(each),
                    std::move(all));
        });
}

void NamespaceState::ask(std::string json_text, std::vector<Bytes> attachments,
                         const detail::BroadcastTarget& target, detail::AckCallback each,
                         std::function<void()> all) {
  if (!link_->node) return complete(all);
  // One id for all: the counter is the namespace's, so that it cannot meet one of a single emit.
  const std::uint64_t id = next_ack_id();
  const auto type =
      attachments.empty() ? parser::PacketType::event : parser::PacketType::binary_event;
  const engine::PreparedMessage message(
      packet_header(type, name_, id, attachments.size()) + json_text, std::move(attachments),
      target.flags.compress);
  const auto sockets = collect(target);
  if (sockets.empty()) return complete(all);
  auto remaining = std::make_shared<std::size_t>(sockets.size());
  const auto callback = [remaining, each = std::move(each), all = std::move(all)](
                            std::error_code error, const Value* arguments) {
    const bool is_last = --*remaining == 0;
    try {
      each(error, arguments);
    } catch (...) {
      if (is_last) all();
      throw;
    }
    if (is_last) all();
  };
  use_each(sockets, [&](SocketState& socket) {
    try {
      if (!socket.expect_ack(id, callback, target.flags.timeout)) return;
    } catch (...) {
      complete([&] { callback(Errc::disconnected, nullptr); });
      throw;
    }
    if (outgoing_is_watched())
      socket.notify_outgoing(json_text, message.parts().front().attachments);
    socket.send_question(id, message, target.flags);
  });
}

void NamespaceState::with_each(detail::BroadcastTarget target,
                               std::function<void(SocketState&)> use, std::function<void()> done) {
  auto work = [self = shared_from_this(), target = std::move(target), use = std::move(use),
               done = std::move(done)] {
    const auto use_all = [&](NamespaceState& nsp) { use_each(nsp.collect(target), use); };
    use_all(*self);
    if (self->is_parent() && self->link_->node) self->link_->node->for_each_child(*self, use_all);
    if (done) self->complete(done);
  };
  if (loop().is_current()) return work();
  loop().post(std::move(work));
  loop().hurry();  // it may be about to end them
}

void NamespaceState::complete(const std::function<void()>& done) {
  try {
    done();
  } catch (...) {
    Socket nobody;
    report(nobody, "acknowledgement", std::current_exception());
  }
}

void NamespaceState::report(Socket& socket, std::string_view event,
                            const std::exception_ptr& exception) noexcept {
  HandlerError error{{}, {}, exception};
  try {
    error.event = event;
    error.message = message_of(exception, "unknown exception");
  } catch (...) {
    error.message.clear();  // no memory for the words: the exception has to do
  }
  report(socket, error);
}

void NamespaceState::report(Socket& socket, const HandlerError& error) noexcept {
  const auto hook = handlers_->error;
  if (!hook || !link_->node) return;  // what the hook refers to has ended with the server
  try {
    (*hook)(socket, error);
  } catch (...) {
    return;  // the hook itself failed: there is nobody left to tell
  }
}

}  // namespace socketio::core
