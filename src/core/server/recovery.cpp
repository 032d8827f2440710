// SPDX-License-Identifier: MIT
#include "core/server/recovery.hpp"

#include "base/contain.hpp"
#include "base/entropy.hpp"
#include "codec/json/document.hpp"
#include "core/server/connection.hpp"
#include "core/server/socket_state.hpp"

#include <algorithm>
#include <list>
#include <utility>

namespace socketio::core {

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
                   std::string_view nsp, std::shared_ptr<SessionStore> store,
                   std::shared_ptr<SharedHistory> loops)
    : loop_(loop),
      limits_(limits),
      encoder_(encoder),
      nsp_(nsp),
      store_(std::move(store)),
      loops_(std::move(loops)),
      places_(loops_ ? static_cast<SessionPlaces*>(loops_.get()) : store_.get()),
      own_(limits, std::to_string(loop.wall_clock_ms()) + "-") {}

Recovery::~Recovery() {
  if (loops_) loops_->close();
}

void Recovery::attach() {
  if (!places_) return;
  places_->set_closer([weak = weak_from_this()](std::string_view private_id) {
    if (const auto self = weak.lock()) self->close_former_here(private_id, nullptr);
  });
}

template <class Use>
void Recovery::with(Use use) {
  if (!loops_) {
    use(own_, own_.log().next());
    return own_.take_forgotten().clear();
  }
  std::list<KeptSession> forgotten;
  loops_->with([&](History& history, std::uint64_t next) {
    use(history, next);
    forgotten = history.take_forgotten();
  });
}

// --- Events ---

std::string Recovery::add_entry(const WrittenEvent& event, detail::BroadcastOptions options,
                                std::string to) {
  std::string text = own_.log().with_offset(event.text);
  if (closed_) return text;
  PreparedEvents events(encoder_, nsp_, options.flags.compress);
  events.add({text, event.attachments});
  own_.add(loop_.now(), std::move(events), std::move(options), std::move(to));
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

std::uint64_t Recovery::begin_delivery() {
  if (!loops_) return 0;
  if (!closed_) arm();
  return loops_->next() + 1;
}

// --- Sockets ---

std::unique_ptr<SocketSession> Recovery::begin(SocketState& socket) {
  auto session = std::make_unique<SocketSession>();
  session->private_id = random_id(loop_.entropy());
  session->begin = next();
  resume(socket, *session);
  return session;
}

void Recovery::resume(SocketState& socket, const SocketSession& session) {
  live_.emplace(session.private_id, &socket);
  if (places_) places_->add_live(session.private_id);
}

void Recovery::end(const SocketSession& session) {
  live_.erase(session.private_id);
  if (!places_) return;
  gone_.push_back(session.private_id);
  settle_later();
}

void Recovery::close_former_here(std::string_view private_id, const engine::Session* own) {
  const auto found = live_.find(private_id);
  Connection* const connection = found == live_.end() ? nullptr : found->second->connection();
  if (!connection) return;
  const auto former = connection->shared_session();
  if (former.get() != own) former->close(DisconnectReason::transport_close);
}

void Recovery::close_former(const std::string& private_id, std::function<void()> closed) {
  places_->close_former(private_id, std::move(closed));
}

void Recovery::keep(KeptSession kept) {
  // What its client has not been sent is unknown.
  if (loops_ && kept.session->here_from < loops_->unbroken_from()) return;
  kept.session->lost_at = loop_.now();
  kept.session->lost_number = next();
  put_back(std::move(kept));
}

void Recovery::put_back(KeptSession kept) {
  if (store_) return save(kept);
  if (closed_) return;
  if (!loops_) return put(std::move(kept));
  ended_.push_back(std::move(kept));
  settle_later();
}

void Recovery::put(KeptSession kept) {
  with([&](History& history, std::uint64_t) { history.keep(std::move(kept)); });
  arm();
}

void Recovery::settle_later() {
  // Another loop may take the session as soon as it is there, and these handlers use its data.
  if (std::exchange(is_settling_, true)) return;
  loop_.defer([self = shared_from_this()] { self->settle(); });
}

void Recovery::settle() {
  is_settling_ = false;
  const auto gone = std::exchange(gone_, {});
  for (KeptSession& kept : std::exchange(ended_, {})) {
    if (!closed_) contain(*this, [&] { put(std::move(kept)); });
  }
  // Behind that: who finds it nowhere asks no more.
  places_->remove_live(gone);
}

std::optional<KeptSession> Recovery::take(std::string_view private_id) {
  std::optional<KeptSession> kept;
  with([&](History& history, std::uint64_t) { kept = history.take(private_id, loop_.now()); });
  return kept;
}

std::optional<std::uint64_t> Recovery::first_missed(const SocketSession& session,
                                                    std::string_view id, std::string_view offset) {
  std::optional<std::uint64_t> first;
  with([&](History& history, std::uint64_t next) {
    if (!loops_ || next >= loops_->unbroken_from())
      first = history.first_missed(session, id, offset, next);
  });
  return first;
}

bool Recovery::has_all(const SocketSession& session, std::string_view id, std::uint64_t number) {
  return own_.has_all(session, id, number, own_.log().next());
}

void Recovery::for_each_missed(const SocketSession& session, std::string_view id,
                               std::uint64_t number,
                               const std::function<void(PreparedEvents&)>& use) {
  own_.for_each_missed(session, id, number, own_.log().next(), use);
}

std::optional<std::vector<PreparedEvents>> Recovery::read_logged(const SocketSession& session,
                                                                 std::string_view id,
                                                                 std::uint64_t number) {
  std::optional<std::vector<PreparedEvents>> missed;
  with([&](History& history, std::uint64_t next) {
    if (next < loops_->unbroken_from() || !history.has_all(session, id, number, next)) return;
    missed.emplace();
    history.for_each_missed(session, id, number, next, [&](const PreparedEvents& logged) {
      // Forms of an event belong to one loop.
      const PreparedEvents::Event& event = logged.events().front();
      missed->emplace_back(encoder_, nsp_, logged.compress());
      missed->back().add({event.text(), event.attachments});
    });
  });
  return missed;
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
  bool is_empty = true;
  with([&](History& history, std::uint64_t) {
    history.sweep(loop_.now());
    is_empty = history.empty();
  });
  if (!is_empty) arm();
}

void Recovery::close() {
  closed_ = true;
  sweep_timer_.cancel();
  if (loops_) return loops_->close();
  own_.clear();
  own_.take_forgotten().clear();
}

}  // namespace socketio::core
