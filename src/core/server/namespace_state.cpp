// SPDX-License-Identifier: MIT
#include "core/server/namespace_state.hpp"

#include "core/event_bytes.hpp"
#include "core/make_room.hpp"
#include "core/server/broadcast_answers.hpp"
#include "core/server/socket_state.hpp"

#include <utility>

namespace socketio::core {

namespace {

WrittenEvent written(detail::OutgoingEvent& event) {
  return {event.json_text(), event.take_attachments()};
}

}  // namespace

NamespaceState::NamespaceState(std::shared_ptr<NodeLink> link, std::string name,
                               const NamespaceState* parent, const AdapterFactory& make_adapter)
    : link_(std::move(link)),
      counters_(name == parents_name
                    ? link_->counters.others
                    : link_->counters.of(name, node().options().namespaces_in_metrics)),
      name_(std::move(name)),
      parent_(parent),
      handlers_(parent ? parent->handlers_ : std::make_shared<NamespaceHandlers>()),
      adapter_(make_adapter(*this)),
      count_everywhere_(link_->group && link_->group->has_several()
                            ? link_->group->socket_counter(name_)
                            : nullptr),
      handlers_are_parents_(parent != nullptr),
      kept_without_clients_(parent == nullptr) {
  const bool has_clients = name_ != parents_name;
  const auto& limits = node().options().recovery;
  if (limits && has_clients) {
    recovery_ = std::make_shared<Recovery>(loop(), *limits, node().encoder(), name_,
                                           adapter_->session_store());
  }
}

std::vector<std::shared_ptr<NamespaceState>> NamespaceState::children() const {
  return link_->node->children_of(*this);
}

NamespaceHandlers& NamespaceState::own_handlers() {
  if (handlers_are_parents_) {
    handlers_ = std::make_shared<NamespaceHandlers>(*handlers_);
    handlers_are_parents_ = false;
  }
  return *handlers_;
}

void NamespaceState::change_handlers(const HandlersChange& change) {
  NodeGroup* const group = link_->group;
  if (!group || (is_announced_ && group->may_use(node()))) return change(own_handlers());
  group->change_each([self = shared_from_this(), change](Node& node) {
    const auto nsp = &node == self->link_->node ? self : node.counterpart_of(*self);
    if (nsp) change(nsp->own_handlers());
  });
}

HandlerId NamespaceState::next_handler_id() {
  return link_->group ? link_->group->next_handler_id() : ++link_->last_handler_id;
}

std::shared_ptr<NamespaceState> NamespaceState::counterpart_here() const {
  const Node* const here = link_->group->here();
  return here ? here->counterpart_of(*this) : nullptr;
}

// --- Its sockets ---

SocketState* NamespaceState::find(std::string_view id) const {
  const auto found = sockets_.find(id);
  return found == sockets_.end() ? nullptr : found->get();
}

void NamespaceState::add_joining(const std::shared_ptr<SocketState>& socket) {
  loop().check_thread();
  sockets_.insert(socket);
}

bool NamespaceState::add(SocketState& socket) {
  loop().check_thread();
  // This may call the error hook, which may close the socket.
  waiting_broadcasts().before_room_change();
  if (!socket.connection()) return false;
  socket.position = static_cast<std::uint32_t>(everybody_.size());
  everybody_.push_back(&socket);
  ++counters_.sockets;
  ++counters_.connected;
  if (count_everywhere_) count_everywhere_->fetch_add(1, std::memory_order_relaxed);
  return true;
}

void NamespaceState::remove(SocketState& socket) {
  loop().check_thread();
  // This may call the error hook, which may remove the socket.
  waiting_broadcasts().before_room_change();
  const auto found = sockets_.find(socket.id());
  if (found == sockets_.end()) return;
  adapter_->del_all(socket.id());
  if (socket.connected()) {
    everybody_[socket.position] = everybody_.back();
    everybody_[socket.position]->position = socket.position;
    everybody_.pop_back();
    --counters_.sockets;
    if (count_everywhere_) count_everywhere_->fetch_sub(1, std::memory_order_relaxed);
  }
  sockets_.erase(found);
  end_if_empty();
}

void NamespaceState::end_if_empty() noexcept {
  if (sockets_.empty() && !kept_without_clients_ && link_->node) link_->node->release(*this);
}

// --- Requests for many sockets ---

EmitResult NamespaceState::broadcast(detail::OutgoingEvent& event,
                                     const detail::BroadcastOptions& options) {
  if (!loop().is_current()) {
    return post_event(event, [options](NamespaceState& self, WrittenEvent emitted) {
      if (self.link_->node) self.adapter_->broadcast(std::move(emitted), options);
    });
  }
  if (!link_->node) return EmitResult::not_connected;
  adapter_->broadcast(written(event), options);
  return EmitResult::sent;
}

template <class Use>
EmitResult NamespaceState::post_event(detail::OutgoingEvent& event, Use use) {
  const std::size_t bytes = event_bytes(event.json_text(), event.attachments());
  auto task = [self = shared_from_this(), text = std::string(event.json_text()),
               attachments = event.take_attachments(), use = std::move(use)]() mutable {
    use(*self, WrittenEvent{text, std::move(attachments)});
  };
  return loop().try_post(std::move(task), bytes) ? EmitResult::sent : EmitResult::dropped;
}

void NamespaceState::complete_later(std::function<void()> done) {
  loop().post([self = shared_from_this(), done = std::move(done)] { self->complete(done); });
}

void NamespaceState::complete_dropped(detail::AckCallback each, detail::AllCallback all) {
  complete_later([each = std::move(each), all = std::move(all)] {
    each(Errc::dropped, nullptr);
    all({});
  });
}

void NamespaceState::broadcast_with_ack(detail::OutgoingEvent& event,
                                        const detail::BroadcastOptions& options,
                                        detail::AckCallback each, detail::AllCallback all) {
  if (loop().is_current()) return ask(written(event), options, std::move(each), std::move(all));
  const EmitResult result =
      post_event(event, [options, each, all](NamespaceState& self, WrittenEvent asked) {
        self.ask(std::move(asked), options, each, all);
      });
  if (result == EmitResult::dropped) complete_dropped(std::move(each), std::move(all));
}

void NamespaceState::ask(WrittenEvent event, const detail::BroadcastOptions& options,
                         detail::AckCallback each, detail::AllCallback all) {
  if (!link_->node) return complete([&] { all({}); });
  const auto answers = std::make_shared<BroadcastAnswers>(std::move(each), std::move(all));
  adapter_->broadcast_with_ack(
      std::move(event), options,
      [self = shared_from_this(), answers](std::size_t clients, MissingNodes missing) {
        self->complete([&] { answers->on_asked(clients, std::move(missing)); });
      },
      [answers](std::error_code error, const Value* arguments) {
        answers->on_answer(error, arguments);
      });
}

template <class Request>
void NamespaceState::on_loop(Request request) {
  if (loop().is_current()) return request(*this);
  loop().post([self = shared_from_this(), request = std::move(request)] { request(*self); });
  // The request may be about to disconnect them.
  loop().hurry();
}

void NamespaceState::fetch_sockets(const detail::BroadcastOptions& options,
                                   Adapter::FetchCallback found) {
  on_loop([options, found = std::move(found)](NamespaceState& self) {
    auto finish = [nsp = self.shared_from_this(), found](std::vector<SocketDetails> sockets,
                                                         MissingNodes missing) {
      nsp->complete([&] { found(std::move(sockets), std::move(missing)); });
    };
    self.link_->node ? self.adapter_->fetch_sockets(options, std::move(finish)) : finish({}, {});
  });
}

void NamespaceState::add_sockets(const detail::BroadcastOptions& options,
                                 const std::vector<std::string>& rooms) {
  on_loop([options, rooms](NamespaceState& self) {
    if (self.link_->node) self.adapter_->add_sockets(options, rooms);
  });
}

void NamespaceState::del_sockets(const detail::BroadcastOptions& options,
                                 const std::vector<std::string>& rooms) {
  on_loop([options, rooms](NamespaceState& self) {
    if (self.link_->node) self.adapter_->del_sockets(options, rooms);
  });
}

void NamespaceState::disconnect_sockets(const detail::BroadcastOptions& options, Close close) {
  on_loop([options, close](NamespaceState& self) {
    if (self.link_->node) self.adapter_->disconnect_sockets(options, close);
  });
}

void NamespaceState::count_servers(Adapter::CountCallback counted) {
  on_loop([counted = std::move(counted)](NamespaceState& self) {
    auto finish = [nsp = self.shared_from_this(), counted](std::size_t servers) {
      nsp->complete([&] { counted(servers); });
    };
    self.link_->node ? self.adapter_->server_count(std::move(finish)) : finish(0);
  });
}

EmitResult NamespaceState::server_side_emit(detail::OutgoingEvent& event) {
  if (!loop().is_current()) {
    return post_event(event, [](NamespaceState& self, WrittenEvent emitted) {
      if (self.link_->node) self.adapter_->server_side_emit(std::move(emitted));
    });
  }
  if (!link_->node) return EmitResult::not_connected;
  adapter_->server_side_emit(written(event));
  return EmitResult::sent;
}

void NamespaceState::server_side_emit_with_ack(detail::OutgoingEvent& event,
                                               detail::AckCallback each, detail::AllCallback all) {
  if (loop().is_current()) return ask_servers(written(event), std::move(each), std::move(all));
  const EmitResult result =
      post_event(event, [each, all](NamespaceState& self, WrittenEvent asked) {
        self.ask_servers(std::move(asked), each, all);
      });
  if (result == EmitResult::dropped) complete_dropped(std::move(each), std::move(all));
}

void NamespaceState::ask_servers(WrittenEvent event, detail::AckCallback each,
                                 detail::AllCallback all) {
  auto finish = [self = shared_from_this(), all = std::move(all)](MissingNodes missing) {
    self->complete([&] { all(std::move(missing)); });
  };
  if (!link_->node) return finish({});
  adapter_->server_side_emit_with_ack(std::move(event), std::move(each), std::move(finish));
}

// --- Errors. What the hook refers to is gone once the server has ended ---

void NamespaceState::report(Socket& socket, std::string_view event,
                            const std::exception_ptr& exception) noexcept {
  if (link_->node) handlers_->report(socket, event, exception);
}

void NamespaceState::report(Socket& socket, const HandlerError& error) noexcept {
  if (link_->node) handlers_->report(socket, error);
}

}  // namespace socketio::core
