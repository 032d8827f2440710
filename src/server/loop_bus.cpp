// SPDX-License-Identifier: MIT
#include "server/loop_bus.hpp"

#include "core/event_bytes.hpp"
#include "server/loop_history.hpp"
#include "server/loop_store.hpp"

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

}  // namespace

std::optional<std::size_t> droppable_bytes(const cluster::Body& body) {
  const auto of = [](const auto* emitted) -> std::optional<std::size_t> {
    if (!emitted->request.empty()) return std::nullopt;
    return core::event_bytes(emitted->event.text, emitted->event.attachments);
  };
  if (const auto* const broadcast = std::get_if<cluster::Broadcast>(&body)) return of(broadcast);
  if (const auto* const emit = std::get_if<cluster::ServerSideEmit>(&body)) return of(emit);
  return std::nullopt;
}

std::unique_ptr<cluster::Bus> LoopBuses::make_bus(Loop& loop) {
  members_.push_back({&loop, nullptr});
  return std::make_unique<LoopBus>(shared_from_this(), members_.size() - 1);
}

LoopRooms::Set LoopBuses::receivers(std::size_t from, const cluster::Message& message) const {
  // A loop that has something to run may be about to have a member of the room. It is awake, so the
  // message goes there, too. Asked first: what it has run by now is in the rooms.
  LoopRooms::Set to(members_.size());
  for (std::size_t index = 0; index < to.size(); ++index) {
    const Loop* const loop = members_[index].loop;
    to[index] = loop && !loop->has_run_posted();
  }
  const detail::BroadcastOptions* const options = receivers_of(message.body);
  const LoopRooms::Set members =
      options ? rooms_.with(message.nsp, options->rooms) : LoopRooms::Set(to.size(), true);
  for (std::size_t index = 0; index < to.size(); ++index) to[index] = to[index] || members[index];
  if (gateway_) to[*gateway_] = true;
  to[from] = false;
  return to;
}

void LoopBuses::send(std::size_t to, MessagePtr message) {
  const auto bytes = droppable_bytes(message->body);
  post(
      to,
      [message = std::move(message)](const LoopBus* bus) {
        if (bus) bus->deliver(message);
      },
      bytes);
}

// --- Histories ---

std::shared_ptr<LoopHistory> LoopBuses::history_of(const cluster::Message& message) {
  if (!has_histories_.load(std::memory_order_acquire) || !LoopHistory::orders(message.body))
    return nullptr;
  const std::lock_guard lock(histories_mutex_);
  const auto found = histories_.find(message.nsp);
  return found == histories_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<LoopHistory> LoopBuses::open_history(const std::string& nsp,
                                                     const core::RecoveryLimits& limits,
                                                     const Loop& loop) {
  const std::lock_guard lock(histories_mutex_);
  if (histories_.size() >= histories_limit_) {
    std::erase_if(histories_, [](const auto& entry) { return entry.second.expired(); });
    histories_limit_ = std::max<std::size_t>(64, 2 * histories_.size());
  }
  std::weak_ptr<LoopHistory>& known = histories_[nsp];
  auto history = known.lock();
  if (!history) {
    const std::string prefix = std::to_string(loop.wall_clock_ms()) + "-";
    history = std::make_shared<LoopHistory>(shared_from_this(), prefix, nsp, limits);
    known = history;
    has_histories_.store(true, std::memory_order_release);
  }
  return history;
}

// --- The gateway's history ---

std::shared_ptr<LoopSessions> LoopBuses::sessions_of(const cluster::Message& message) {
  if (!has_histories_.load(std::memory_order_acquire) || !LoopHistory::is_recovered(message.body))
    return nullptr;
  const std::lock_guard lock(histories_mutex_);
  const auto found = sessions_.find(message.nsp);
  return found == sessions_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<LoopSessions> LoopBuses::open_sessions(const std::string& nsp) {
  const std::lock_guard lock(histories_mutex_);
  std::erase_if(sessions_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<LoopSessions>& known = sessions_[nsp];
  auto sessions = known.lock();
  if (!sessions) {
    sessions = std::make_shared<LoopSessions>(shared_from_this(), loops_);
    known = sessions;
    has_histories_.store(true, std::memory_order_release);
  }
  return sessions;
}

// --- One loop's ---

LoopBus::LoopBus(std::shared_ptr<LoopBuses> buses, std::size_t index)
    : buses_(std::move(buses)), index_(index), id_(std::to_string(index)) {
  buses_->members_[index_].bus = this;
  ++buses_->count_;
}

LoopBus::~LoopBus() {
  buses_->members_[index_].bus = nullptr;
  --buses_->count_;
}

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
  if (!buses_->members_[index_].loop) return;
  if (const auto sessions = buses_->sessions_of(*message))
    return publish_by_gateway(message, sessions);
  if (const auto history = buses_->history_of(*message))
    return history->publish(index_, std::move(message));
  const LoopRooms::Set to = buses_->receivers(index_, *message);
  for (std::size_t index = 0; index < to.size(); ++index) {
    if (to[index]) buses_->send(index, message);
  }
}

std::shared_ptr<core::SharedHistory> LoopBus::shared_history(const std::string& nsp,
                                                             const core::RecoveryLimits& limits) {
  // By name it is the gateway's, if that has one.
  if (buses_->find_store_) return nullptr;
  const Loop& loop = *buses_->members_[index_].loop;
  return buses_->open_history(nsp, limits, loop)->open(index_);
}

std::shared_ptr<core::SessionStore> LoopBus::session_store(const std::string& nsp) {
  if (!buses_->find_store_) return nullptr;
  const auto store = std::make_shared<LoopStore>(buses_, index_, nsp, buses_->open_sessions(nsp));
  store->find_position();
  return store;
}

void LoopBus::publish_by_gateway(const MessagePtr& message,
                                 const std::shared_ptr<LoopSessions>& sessions) {
  const auto& broadcast = std::get<cluster::Broadcast>(message->body);
  if (!buses_->is_gateway(index_)) return buses_->send(*buses_->gateway_, message);
  // It comes from the history once more, with its offset.
  const auto store = broadcast.offset.empty() ? nullptr : buses_->gateway_store(message->nsp);
  if (!store) return;
  using Arrival = LoopSessions::Arrival;
  const core::HistoryPosition position = store->position();
  const LoopRooms::Set to = buses_->receivers(index_, *message);
  sessions->begin_passing_on(to, position);
  for (std::size_t index = 0; index < to.size(); ++index) {
    if (!to[index]) continue;
    const auto arrive = [sessions, index, position, message](const LoopBus* bus) {
      sessions->note_arrival(index, position, Arrival::delivered);
      if (bus) bus->deliver(message);
    };
    if (buses_->post(index, arrive, droppable_bytes(message->body))) continue;
    buses_->post(index, [sessions, index, position](const LoopBus*) {
      sessions->note_arrival(index, position, Arrival::dropped);
    });
  }
}

void LoopBus::answer(const std::string& node, MessagePtr message) {
  check_thread();
  const std::size_t index = std::stoul(node);  // an id that make_bus() has given
  buses_->send(index, std::move(message));
}

void LoopBus::count_nodes(const std::string&,
                          std::function<void(std::optional<std::size_t>)> counted) {
  // Those that leave later say so.
  buses_->members_[index_].loop->defer(
      [counted = std::move(counted), count = buses_->count_.load()] { counted(count); });
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
