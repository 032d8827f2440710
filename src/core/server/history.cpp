// SPDX-License-Identifier: MIT
#include "core/server/history.hpp"

#include <algorithm>
#include <iterator>

namespace socketio::core {

namespace {

PacketLog::Limits log_limits(const RecoveryLimits& limits) {
  return {limits.max_disconnection_duration + limits.notice_time, limits.log_packets,
          limits.log_bytes};
}

}  // namespace

History::History(const RecoveryLimits& limits, std::string prefix)
    : max_disconnection_duration_(limits.max_disconnection_duration),
      sessions_(limits.sessions),
      replay_bytes_(limits.replay_bytes),
      log_(std::move(prefix), log_limits(limits)) {}

void History::add(TimePoint now, PreparedEvents events, detail::BroadcastOptions options,
                  std::string to) {
  log_.add({.number = 0,
            .sent_at = now,
            .events = std::move(events),
            .options = std::move(options),
            .to = std::move(to)});
}

// --- Sessions ---

void History::keep(KeptSession kept) {
  order_.push_back(std::move(kept));
  const auto position = std::prev(order_.end());
  try {
    kept_.emplace(position->session->private_id, position);
  } catch (...) {
    forgotten_.splice(forgotten_.end(), order_, position);
    throw;
  }
  if (order_.size() > sessions_) forget(order_.begin());
}

void History::forget(std::list<KeptSession>::iterator kept) {
  kept_.erase(kept->session->private_id);
  forgotten_.splice(forgotten_.end(), order_, kept);
}

std::optional<KeptSession> History::take(std::string_view private_id, TimePoint now) {
  const auto found = kept_.find(private_id);
  if (found == kept_.end()) return std::nullopt;
  const auto position = found->second;
  if (position->session->lost_at + max_disconnection_duration_ < now) {
    forget(position);
    return std::nullopt;
  }
  kept_.erase(found);
  KeptSession kept = std::move(*position);
  order_.erase(position);
  return kept;
}

// --- What a client has missed ---

std::optional<std::uint64_t> History::first_missed(const SocketSession& session,
                                                   std::string_view id, std::string_view offset,
                                                   std::uint64_t end) {
  std::uint64_t first = session.begin;
  if (!offset.empty()) {
    const auto handled = log_.number_of(offset);
    if (!handled) return std::nullopt;
    first = std::max(first, *handled + 1);
  }
  // If it has handled all that was sent to it, nothing was lost on the way.
  if (first >= session.sent_until) first = std::max(first, session.lost_number);
  if (first < session.rooms.known_from() || !has_all(session, id, first, end)) return std::nullopt;
  return first;
}

bool History::has_all(const SocketSession& session, std::string_view id, std::uint64_t number,
                      std::uint64_t end) {
  if (!log_.has_all_from(number)) return false;
  std::size_t bytes = 0;
  for_each_missed(session, id, number, end,
                  [&](const PreparedEvents& events) { bytes += events.size_bytes(); });
  return bytes <= replay_bytes_;
}

void History::for_each_missed(const SocketSession& session, std::string_view id,
                              std::uint64_t number, std::uint64_t end,
                              const std::function<void(PreparedEvents&)>& use) {
  log_.for_each_from(number, [&](PacketLog::Entry& entry) {
    if (entry.number >= end) return;
    if (!entry.to.empty()) {
      if (entry.to == id) use(entry.events);
      return;
    }
    const auto was_in = [&](const std::string& room) {
      return session.rooms.was_in(room, entry.number);
    };
    const auto& [rooms, except, flags] = entry.options;
    if (entry.number < session.member_from) return;
    const bool is_for_all = rooms.empty();
    if (!is_for_all && std::none_of(rooms.begin(), rooms.end(), was_in)) return;
    if (std::none_of(except.begin(), except.end(), was_in)) use(entry.events);
  });
}

// --- Time ---

void History::sweep(TimePoint now) {
  while (!order_.empty() && order_.front().session->lost_at + max_disconnection_duration_ < now) {
    forget(order_.begin());
  }
  log_.trim(now);
}

void History::clear() {
  kept_.clear();
  forgotten_.splice(forgotten_.end(), order_);
  log_.clear();
}

}  // namespace socketio::core
