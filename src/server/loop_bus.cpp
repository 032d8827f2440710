// SPDX-License-Identifier: MIT
#include "server/loop_bus.hpp"

#include "core/event_bytes.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace socketio::server {

namespace {

using cluster::MessagePtr;

/// Whom it concerns, if it is not everybody: a request that nobody answers, for the sockets of rooms.
const detail::BroadcastOptions* receivers_of(const cluster::Body& body) {
  if (const auto* const broadcast = std::get_if<cluster::Broadcast>(&body))
    return broadcast->request.empty() ? &broadcast->options : nullptr;
  if (const auto* const join = std::get_if<cluster::SocketsJoin>(&body)) return &join->options;
  if (const auto* const leave = std::get_if<cluster::SocketsLeave>(&body)) return &leave->options;
  if (const auto* const disconnect = std::get_if<cluster::DisconnectSockets>(&body))
    return &disconnect->options;
  return nullptr;
}

/// What an event counts for while it waits. Nothing for what asks, answers or changes something: it is
/// never dropped.
std::optional<std::size_t> droppable_bytes(const cluster::Body& body) {
  const auto of = [](const auto* emitted) -> std::optional<std::size_t> {
    if (!emitted->request.empty()) return std::nullopt;
    return core::event_bytes(emitted->event.text, emitted->event.attachments);
  };
  if (const auto* const broadcast = std::get_if<cluster::Broadcast>(&body)) return of(broadcast);
  if (const auto* const emit = std::get_if<cluster::ServerSideEmit>(&body)) return of(emit);
  return std::nullopt;
}

}  // namespace

std::unique_ptr<cluster::Bus> LoopBuses::make_bus(Loop& loop) {
  members_.emplace_back().loop = &loop;
  return std::make_unique<LoopBus>(shared_from_this(), members_.size() - 1);
}

template <class Use>
void LoopBuses::post(std::size_t to, Use use, std::optional<std::size_t> event_bytes) {
  if (!members_[to].loop) return;
  Loop::Task task = [self = shared_from_this(), to, use = std::move(use)] {
    use(self->members_[to].bus);
  };
  if (!event_bytes) return members_[to].loop->post(std::move(task));
  members_[to].loop->try_post(std::move(task), *event_bytes);
}

LoopBus::LoopBus(std::shared_ptr<LoopBuses> buses, std::size_t index)
    : buses_(std::move(buses)), index_(index), id_(std::to_string(index)) {
  buses_->members_[index_].bus = this;
}

LoopBus::~LoopBus() { buses_->members_[index_].bus = nullptr; }

void LoopBus::check_thread() const {
  if (const Loop* const loop = buses_->members_[index_].loop) loop->check_thread();
}

void LoopBus::open(const std::string& nsp, Listener& listener) {
  check_thread();
  listener_ = &listener;
  buses_->rooms_.add_namespace(index_, nsp);
}

void LoopBus::close(const std::string& nsp) {
  check_thread();
  buses_->rooms_.remove_namespace(index_, nsp);
}

void LoopBus::publish(MessagePtr message) {
  check_thread();
  // A loop that has something to run may be about to have a member of the room. It is awake, so the
  // message goes there, too. Asked first: what it has run by now is in the rooms.
  LoopRooms::Set to(buses_->members_.size());
  for (std::size_t index = 0; index < to.size(); ++index) {
    const Loop* const loop = buses_->members_[index].loop;
    to[index] = loop && !loop->has_run_posted();
  }
  const detail::BroadcastOptions* const receivers = receivers_of(message->body);
  const LoopRooms::Set members = receivers ? buses_->rooms_.with(message->nsp, receivers->rooms)
                                           : LoopRooms::Set(to.size(), true);
  for (std::size_t index = 0; index < to.size(); ++index) to[index] = to[index] || members[index];
  if (buses_->gateway_) to[*buses_->gateway_] = true;
  for (std::size_t index = 0; index < to.size(); ++index) {
    if (to[index] && index != index_) send(index, message);
  }
}

void LoopBus::send(std::size_t to, MessagePtr message) {
  const auto bytes = droppable_bytes(message->body);
  buses_->post(
      to,
      [message = std::move(message)](const LoopBus* bus) {
        if (bus && bus->listener_) bus->listener_->on_message(message);
      },
      bytes);
}

void LoopBus::answer(const std::string& node, MessagePtr message) {
  check_thread();
  const std::size_t index = std::stoul(node);  // an id that make_bus() has given
  send(index, std::move(message));
}

void LoopBus::leave() {
  buses_->members_[index_].has_left = true;
  // Whoever has named this loop in a request is told behind it.
  for (std::size_t other = 0; other < buses_->members_.size(); ++other) {
    if (other == index_) continue;
    buses_->post(other, [id = id_](const LoopBus* bus) {
      if (bus && bus->listener_) bus->listener_->on_left(id);
    });
  }
}

std::vector<std::string> LoopBus::other_nodes() const {
  std::vector<std::string> others;
  for (std::size_t other = 0; other < buses_->members_.size(); ++other) {
    if (other != index_ && !buses_->members_[other].has_left)
      others.push_back(std::to_string(other));
  }
  return others;
}

void LoopBus::count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) {
  const auto gateway = buses_->gateway_;
  if (!gateway || *gateway == index_) return counted(1);
  auto answer = [buses = buses_, from = index_, counted = std::move(counted)](std::size_t servers) {
    buses->post(from, [counted, servers](const LoopBus* bus) {
      if (bus) counted(servers);
    });
  };
  buses_->post(*gateway, [nsp, answer = std::move(answer)](const LoopBus* bus) {
    bus && bus->listener_ ? bus->listener_->on_count_servers(nsp, answer) : answer(1);
  });
}

template <class Tell>
void LoopBus::tell_gateway(Tell tell) {
  const auto gateway = buses_->gateway_;
  if (!gateway || *gateway == index_) return;
  buses_->post(*gateway, [tell = std::move(tell)](const LoopBus* bus) {
    if (bus && bus->listener_) tell(*bus->listener_);
  });
}

void LoopBus::on_room_created(const std::string& nsp, const std::string& room) {
  check_thread();
  buses_->rooms_.add_room(index_, nsp, room);
  tell_gateway([nsp, room](Listener& listener) { listener.on_other_room_created(nsp, room); });
}

void LoopBus::on_room_deleted(const std::string& nsp, const std::string& room) {
  check_thread();
  buses_->rooms_.remove_room(index_, nsp, room);
  tell_gateway([nsp, room](Listener& listener) { listener.on_other_room_deleted(nsp, room); });
}

}  // namespace socketio::server
