// SPDX-License-Identifier: MIT
#include "server/loop_sessions.hpp"

#include "server/loop_bus.hpp"

#include <utility>

namespace socketio::server {

LoopSessions::LoopSessions(std::shared_ptr<LoopBuses> buses, std::size_t loops)
    : buses_(std::move(buses)), closers_(loops), progress_(loops) {}

void LoopSessions::add(const std::string& private_id, std::size_t loop) {
  const std::lock_guard lock(mutex_);
  places_.insert_or_assign(private_id, loop);
}

void LoopSessions::remove(const std::vector<std::string>& private_ids, std::size_t loop) noexcept {
  const std::lock_guard lock(mutex_);
  for (const std::string& private_id : private_ids) {
    const auto found = places_.find(private_id);
    if (found != places_.end() && found->second == loop) places_.erase(found);
  }
}

void LoopSessions::set_closer(std::size_t loop, CloseHere close_here) {
  const std::lock_guard lock(mutex_);
  closers_[loop].swap(close_here);
}

void LoopSessions::close_former(std::size_t from, const std::string& private_id,
                                std::function<void()> closed) {
  std::size_t at = from;
  CloseHere close_here;
  {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(private_id);
    if (found != places_.end()) at = found->second;
    close_here = closers_[at];
  }
  const auto answer = [buses = buses_, from, closed = std::move(closed)] {
    buses->on_loop(from, [closed](const LoopBus*) { closed(); });
  };
  // The end of a session is settled in what its loop has deferred.
  const auto close = [buses = buses_, at, close_here = std::move(close_here), private_id, answer] {
    if (close_here) close_here(private_id);
    buses->defer(at, answer);
  };
  if (at == from) return close();
  buses_->on_loop(at, [close](const LoopBus*) { close(); });
}

// --- A history that one loop passes on ---

void LoopSessions::begin_passing_on(const std::vector<bool>& to, core::HistoryPosition position) {
  const std::lock_guard lock(mutex_);
  for (std::size_t loop = 0; loop < to.size(); ++loop) {
    if (to[loop]) ++progress_[loop].awaited;
  }
  latest_ = std::move(position);
}

void LoopSessions::set_latest(core::HistoryPosition position) {
  const std::lock_guard lock(mutex_);
  latest_ = std::move(position);
}

void LoopSessions::note_arrival(std::size_t loop, core::HistoryPosition position, Arrival arrival) {
  const std::lock_guard lock(mutex_);
  Progress& progress = progress_[loop];
  --progress.awaited;
  progress.last = std::move(position);
  if (arrival == Arrival::dropped) ++progress.dropped;
}

core::HistoryPosition LoopSessions::position(std::size_t loop) const {
  const std::lock_guard lock(mutex_);
  const Progress& progress = progress_[loop];
  core::HistoryPosition position = progress.awaited == 0 ? latest_ : progress.last;
  // Both only grow.
  position.unbroken_since += progress.dropped;
  return position;
}

}  // namespace socketio::server
