// SPDX-License-Identifier: MIT
#include "server/loop_store.hpp"

#include <utility>

namespace socketio::server {

namespace {

/// Until the first loop has found the end of the history.
constexpr std::chrono::milliseconds retry_delay{50};

}  // namespace

LoopStore::LoopStore(std::shared_ptr<LoopBuses> buses, std::size_t loop, std::string nsp,
                     std::shared_ptr<LoopSessions> sessions)
    : buses_(std::move(buses)), loop_(loop), nsp_(std::move(nsp)), sessions_(std::move(sessions)) {}

template <class Use>
void LoopStore::ask(Use use) const {
  if (buses_->is_gateway(loop_)) return use(buses_->gateway_store(nsp_).get());
  buses_->on_gateway(
      [buses = buses_, nsp = nsp_, use = std::move(use)] { use(buses->gateway_store(nsp).get()); });
}

template <class Answer>
std::function<void(Answer)> LoopStore::answer_here(std::function<void(Answer)> answered) const {
  return [buses = buses_, here = loop_, answered = std::move(answered)](Answer answer) {
    if (buses->is_gateway(here)) return answered(std::move(answer));
    buses->on_loop(here, [answered, shared = std::make_shared<Answer>(std::move(answer))](
                             const LoopBus*) { answered(std::move(*shared)); });
  };
}

// --- Where the history is ---

core::HistoryPosition LoopStore::position() const {
  if (!buses_->is_gateway(loop_)) return sessions_->position(loop_);
  const auto store = buses_->gateway_store(nsp_);
  return store ? store->position() : core::HistoryPosition();
}

void LoopStore::find_position() {
  if (std::exchange(is_asking_, true)) return;
  const std::function<void(bool)> answered = [weak = weak_from_this()](bool is_known) {
    const auto self = weak.lock();
    if (!self) return;
    self->is_asking_ = false;
    Loop* const loop = self->buses_->loop(self->loop_);
    if (!is_known && loop && !self->buses_->is_gateway(self->loop_))
      loop->timers().arm(self->timer_, retry_delay);
  };
  ask([answer = answer_here(answered), sessions = sessions_](core::SessionStore* store) {
    if (!store) return;
    core::HistoryPosition position = store->position();
    const bool is_known = !position.offset.empty();
    sessions->set_latest(std::move(position));
    answer(is_known);
  });
}

void LoopStore::add_live(const std::string& private_id) {
  sessions_->add(private_id, loop_);
  find_position();
}

// --- Sessions ---

void LoopStore::save(const core::StoredSession& session, std::chrono::milliseconds lifetime) {
  ask([session, lifetime](core::SessionStore* store) {
    if (store) store->save(session, lifetime);
  });
}

void LoopStore::take(const std::string& private_id, TakenCallback taken) {
  ask([private_id, answer = answer_here(std::move(taken))](core::SessionStore* store) {
    store ? store->take(private_id, answer) : answer(std::nullopt);
  });
}

void LoopStore::read_missed(core::MissedEvents missed, MissedCallback read) {
  ask([missed = std::move(missed),
       answer = answer_here(std::move(read))](core::SessionStore* store) {
    store ? store->read_missed(missed, answer) : answer(std::nullopt);
  });
}

}  // namespace socketio::server
