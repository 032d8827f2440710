// SPDX-License-Identifier: MIT
#include "core/server/recovery.hpp"

#include "base/entropy.hpp"
#include "codec/json/document.hpp"

#include <algorithm>
#include <utility>

namespace socketio::core {

namespace {

PacketLog::Limits log_limits(const RecoveryLimits& limits) {
  return {limits.max_disconnection_duration + limits.notice_time, limits.log_packets,
          limits.log_bytes};
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
                   std::string_view nsp, std::shared_ptr<SessionStore> store)
    : loop_(loop),
      limits_(limits),
      encoder_(encoder),
      nsp_(nsp),
      store_(std::move(store)),
      log_(std::to_string(loop.wall_clock_ms()) + "-", log_limits(limits)) {}

// --- Events ---

std::string Recovery::add_entry(const WrittenEvent& event, detail::BroadcastOptions options,
                                std::string to) {
  std::string text = log_.with_offset(event.text);
  if (closed_) return text;
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
  kept.session->lost_at = loop_.now();
  kept.session->lost_number = log_.next();
  put_back(std::move(kept));
}

void Recovery::put_back(KeptSession kept) {
  if (store_) return save(kept);
  if (closed_) return;
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
                                                    std::string_view id, std::string_view offset) {
  std::uint64_t first = session.begin;
  if (!offset.empty()) {
    const auto handled = log_.number_of(offset);
    if (!handled) return std::nullopt;
    first = std::max(first, *handled + 1);
  }
  // If it has handled all that was sent to it, nothing was lost on the way.
  if (first >= session.sent_until) first = std::max(first, session.lost_number);
  if (first < session.rooms.known_from() || !has_all(session, id, first)) return std::nullopt;
  return first;
}

bool Recovery::has_all(const SocketSession& session, std::string_view id, std::uint64_t number) {
  if (!log_.has_all_from(number)) return false;
  std::size_t bytes = 0;
  for_each_missed(session, id, number,
                  [&](const PreparedEvents& events) { bytes += events.size_bytes(); });
  return bytes <= limits_.replay_bytes;
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
    if (entry.number < session.member_from) return;
    const bool is_for_all = rooms.empty();
    if (!is_for_all && std::none_of(rooms.begin(), rooms.end(), was_in)) return;
    if (std::none_of(except.begin(), except.end(), was_in)) use(entry.events);
  });
}

// --- With a store ---

void Recovery::save(const KeptSession& kept) {
  const SocketSession& session = *kept.session;
  if (session.begun_at.unbroken_since != store_->position().unbroken_since) return;
  StoredSession stored{.id = kept.id,
                       .private_id = session.private_id,
                       .nsp = std::string(nsp_),
                       .rooms = session.rooms.rooms(),
                       .offset = session.begun_at.offset};
  const auto data = kept.data ? kept.data->find(typeid(json)) : SocketData::iterator();
  if (kept.data && data != kept.data->end()) stored.data = std::any_cast<const json&>(data->second);
  store_->save(stored, limits_.max_disconnection_duration);
}

std::optional<KeptSession> Recovery::kept_from(StoredSession stored,
                                               const RecoveryClaim& claim) const {
  const bool is_of_another = !stored.nsp.empty() && stored.nsp != nsp_;
  std::string offset = claim.offset.empty() ? std::move(stored.offset) : claim.offset;
  if (is_of_another || offset.empty() || stored.private_id != claim.private_id) return std::nullopt;
  KeptSession kept{.id = std::move(stored.id),
                   .session = std::make_unique<SocketSession>(),
                   .data = std::make_shared<SocketData>(),
                   .needs_middlewares = stored.nsp.empty()};
  kept.session->private_id = claim.private_id;
  kept.session->begun_at = {std::move(offset), store_->position().unbroken_since};
  kept.session->rooms.join(kept.id, 0);
  for (const std::string& room : stored.rooms) kept.session->rooms.join(room, 0);
  kept.data->emplace(typeid(json), std::move(stored.data));
  return kept;
}

void Recovery::take_shared(const RecoveryClaim& claim,
                           std::function<void(std::optional<KeptSession>)> taken) {
  store_->take(claim.private_id, [weak = weak_from_this(), claim,
                                  taken = std::move(taken)](std::optional<StoredSession> stored) {
    const auto self = weak.lock();
    taken(self && stored ? self->kept_from(*std::move(stored), claim) : std::nullopt);
  });
}

void Recovery::read_missed(const SocketSession& session, std::vector<std::string> rooms,
                           std::function<void(std::optional<std::vector<PreparedEvents>>)> read) {
  store_->read_missed({.nsp = std::string(nsp_),
                       .offset = session.begun_at.offset,
                       .rooms = std::move(rooms),
                       .limit_bytes = limits_.replay_bytes},
                      [weak = weak_from_this(),
                       read = std::move(read)](std::optional<std::vector<StoredEvent>> stored) {
                        const auto self = weak.lock();
                        if (!self || self->closed_ || !stored) return read(std::nullopt);
                        std::vector<PreparedEvents> missed;
                        for (StoredEvent& event : *stored) {
                          missed.emplace_back(self->encoder_, self->nsp_,
                                              event.options.flags.compress);
                          missed.back().add({event.text, std::move(event.attachments)});
                        }
                        read(std::move(missed));
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
