// SPDX-License-Identifier: MIT
#include "core/server/recovery.hpp"

#include "base/entropy.hpp"
#include "codec/json/document.hpp"

#include <algorithm>
#include <utility>

namespace socketio::core {

namespace {

/// Enough that two servers never take each other's offsets for their own.
constexpr std::size_t prefix_length = 10;

PacketLog::Limits log_limits(const RecoveryLimits& limits) {
  return {limits.max_disconnection_duration + limits.notice_time, limits.packets,
          limits.packet_bytes};
}

}  // namespace

RecoveryClaim::RecoveryClaim(std::string_view auth_text) {
  if (auth_text.empty()) return;
  codec::Document document(codec::own_text);
  const auto auth = document.parse(auth_text);
  Value member;
  std::string_view text;
  if (auth && auth->find("pid", member) && member.get(text)) private_id = text;
  if (auth && auth->find("offset", member) && member.get(text)) offset = text;
}

Recovery::Recovery(Loop& loop, const RecoveryLimits& limits, parser::Encoder& encoder,
                   std::string_view nsp)
    : loop_(loop),
      limits_(limits),
      encoder_(encoder),
      nsp_(nsp),
      log_(random_id(loop.entropy()).substr(0, prefix_length) + "-", log_limits(limits)) {}

// --- Events ---

std::string Recovery::add_entry(const WrittenEvent& event, detail::BroadcastOptions options,
                                std::string to) {
  std::string text = log_.with_offset(event.text);
  PreparedEvents events(encoder_, nsp_, options.flags.compress);
  events.add({text, event.attachments});
  log_.add({.number = 0,
            .sent_at = loop_.now(),
            .events = std::move(events),
            .options = std::move(options),
            .to = std::move(to)});
  arm();
  return text;
}

std::string Recovery::add(const WrittenEvent& event, const detail::BroadcastOptions& options) {
  return add_entry(event, options, {});
}

std::string Recovery::add_for(const std::string& id, const WrittenEvent& event, Compress compress) {
  detail::BroadcastOptions options;
  options.flags.compress = compress;
  return add_entry(event, std::move(options), id);
}

// --- Sockets ---

std::unique_ptr<SocketSession> Recovery::begin(SocketState& socket) {
  auto session = std::make_unique<SocketSession>();
  session->private_id = random_id(loop_.entropy());
  session->begin = log_.next();
  live_.emplace(session->private_id, &socket);
  return session;
}

void Recovery::resume(SocketState& socket, const SocketSession& session) {
  live_.emplace(session.private_id, &socket);
}

SocketState* Recovery::find(std::string_view private_id) const {
  const auto found = live_.find(private_id);
  return found == live_.end() ? nullptr : found->second;
}

void Recovery::keep(KeptSession kept) {
  if (closed_) return;
  kept.session->lost_at = loop_.now();
  order_.push_back(std::move(kept));
  const auto position = std::prev(order_.end());
  try {
    kept_.emplace(position->session->private_id, position);
    arm();
  } catch (...) {
    order_.pop_back();
    throw;
  }
  if (order_.size() > limits_.sessions) forget(order_.begin());
}

void Recovery::forget(std::list<KeptSession>::iterator kept) {
  kept_.erase(kept->session->private_id);
  order_.erase(kept);
}

std::optional<KeptSession> Recovery::take(std::string_view private_id) {
  const auto found = kept_.find(private_id);
  if (found == kept_.end()) return std::nullopt;
  const auto position = found->second;
  kept_.erase(found);
  KeptSession kept = std::move(*position);
  order_.erase(position);
  if (kept.session->lost_at + limits_.max_disconnection_duration < loop_.now()) return std::nullopt;
  return kept;
}

std::optional<std::uint64_t> Recovery::first_missed(const SocketSession& session,
                                                    std::string_view offset) const {
  std::uint64_t first = session.begin;
  if (!offset.empty()) {
    const auto handled = log_.number_of(offset);
    if (!handled) return std::nullopt;
    first = std::max(first, *handled + 1);
  }
  if (first < session.rooms.known_from() || !has_all(session, first)) return std::nullopt;
  return first;
}

bool Recovery::has_all(const SocketSession& session, std::uint64_t number) const {
  // What was sent earlier than this has arrived, or the heartbeat would have failed.
  return log_.has_all_from(number) ||
         log_.last_dropped_at() < session.lost_at - limits_.notice_time;
}

void Recovery::for_each_missed(const SocketSession& session, std::string_view id,
                               std::uint64_t number,
                               const std::function<void(PreparedEvents&)>& use) {
  log_.for_each_from(number, [&](PacketLog::Entry& entry) {
    if (!entry.to.empty()) {
      if (entry.to == id) use(entry.events);
      return;
    }
    const auto was_in = [&](const std::string& room) {
      return session.rooms.was_in(room, entry.number);
    };
    const auto& [rooms, except, flags] = entry.options;
    const bool is_for_all = rooms.empty() && entry.number >= session.begin;
    if (!is_for_all && std::none_of(rooms.begin(), rooms.end(), was_in)) return;
    if (std::none_of(except.begin(), except.end(), was_in)) use(entry.events);
  });
}

// --- Time ---

void Recovery::arm() {
  if (sweep_timer_.armed()) return;
  constexpr std::chrono::milliseconds longest{60'000};
  loop_.timers().arm(sweep_timer_, std::min(limits_.max_disconnection_duration, longest));
}

void Recovery::sweep() {
  const TimePoint now = loop_.now();
  while (!order_.empty() &&
         order_.front().session->lost_at + limits_.max_disconnection_duration < now) {
    forget(order_.begin());
  }
  log_.trim(now);
  if (!order_.empty() || !log_.empty()) arm();
}

void Recovery::close() {
  closed_ = true;
  sweep_timer_.cancel();
  kept_.clear();
  order_.clear();
  log_.clear();
}

}  // namespace socketio::core
