// SPDX-License-Identifier: MIT
#include "redis/subscriber.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace socketio::redis {

namespace {

std::string_view verb_for(SubscriptionKind kind, bool is_wanted) {
  switch (kind) {
    case SubscriptionKind::channel:
      return is_wanted ? "SUBSCRIBE" : "UNSUBSCRIBE";
    case SubscriptionKind::pattern:
      return is_wanted ? "PSUBSCRIBE" : "PUNSUBSCRIBE";
    case SubscriptionKind::shard:
      return is_wanted ? "SSUBSCRIBE" : "SUNSUBSCRIBE";
  }
  return {};
}

struct Arrival {
  SubscriptionKind kind;
  const std::string* name;
  Message message;
};

/// Nothing if the reply is no message.
std::optional<Arrival> arrival_in(const Reply& reply) {
  const Reply::Array* const parts = reply.array();
  if (!parts || parts->size() < 3) return std::nullopt;
  const std::string_view what = parts->front().text();
  const bool is_pattern = what == "pmessage";
  if (!is_pattern && what != "message" && what != "smessage") return std::nullopt;
  if (parts->size() != (is_pattern ? 4 : 3)) return std::nullopt;
  if (!std::all_of(parts->begin(), parts->end(), [](const Reply& part) { return part.string(); })) {
    return std::nullopt;
  }
  const auto kind = is_pattern          ? SubscriptionKind::pattern
                    : what == "message" ? SubscriptionKind::channel
                                        : SubscriptionKind::shard;
  const Reply::Array& all = *parts;
  return Arrival{kind, all[1].string(), {all[all.size() - 2].text(), all.back().text()}};
}

}  // namespace

Subscriber::Subscriber(Loop& loop, Connector& connector, ConnectionSettings settings,
                       OnState on_state, OnRedirection on_redirection)
    : on_state_(std::move(on_state)),
      on_redirection_(std::move(on_redirection)),
      patience_(settings.times.answer),
      connection_(Connection::make(loop, connector, std::move(settings), *this)) {}

Subscriber::~Subscriber() { connection_->close(); }

Subscriber::Id Subscriber::subscribe(SubscriptionKind kind, std::string name,
                                     OnMessage on_message) {
  const Id id = ++last_id_;
  const Key key(kind, std::move(name));
  auto user = std::make_shared<User>(User{id, std::move(on_message)});
  keys_.emplace(id, key);
  Entry& entry = entries_[key];
  entry.users.push_back(std::move(user));
  if (entry.users.size() == 1) note_change(key, entry);
  return id;
}

void Subscriber::unsubscribe(Id id) {
  const auto found = keys_.extract(id);
  if (!found) return;
  const Key& key = found.mapped();
  Entry& entry = entries_.find(key)->second;
  const auto user = std::find_if(entry.users.begin(), entry.users.end(),
                                 [id](const auto& one) { return one->id == id; });
  // A message may be on its way through the users.
  const std::shared_ptr<User> kept = *user;
  entry.users.erase(user);
  kept->on_message = nullptr;
  if (!entry.users.empty()) return;
  entry.waiting.clear();
  note_change(key, entry);
}

void Subscriber::note_change(const Key& key, Entry& entry) {
  if (entry.has_changed) return;
  const ConnectionState state = connection_->state();
  if (state != ConnectionState::restoring && state != ConnectionState::ready) {
    // Everything is restored later.
    if (entry.users.empty()) entries_.erase(key);
    return;
  }
  entry.has_changed = true;
  changed_.push_back(key);
  tell();
}

void Subscriber::tell() {
  while (!changed_.empty() && unanswered_.size() < unanswered_limit) {
    const Key key = std::move(changed_.front());
    changed_.pop_front();
    const bool is_restored = untold_restored_ != 0;
    if (is_restored) --untold_restored_;
    Entry& entry = entries_.find(key)->second;
    entry.has_changed = false;
    const bool is_wanted = !entry.users.empty();
    if (entry.is_subscribed != is_wanted) {
      change(key, entry, is_restored);
    } else if (is_restored) {
      --missing_restored_;
    }
    if (!is_wanted) entries_.erase(key);
  }
  if (missing_restored_ == 0) connection_->declare_ready();
}

void Subscriber::change(const Key& key, Entry& entry, bool is_restored) {
  entry.is_subscribed = !entry.users.empty();
  entry.is_confirmed = false;
  unanswered_.push_back({key, entry.is_subscribed, is_restored});
  // One name for each command, so that a refusal is about that name.
  connection_->send_now({verb_for(key.first, entry.is_subscribed), key.second},
                        [this](const Answer& answer) {
                          if (answer) on_changed(*answer);
                        });
}

void Subscriber::on_changed(const Reply& reply) {
  const Change change = std::move(unanswered_.front());
  unanswered_.pop_front();
  if (change.is_restored) --missing_restored_;
  if (reply.is_error()) ++refused_;
  const Key& key = change.key;
  const auto found = entries_.find(key);
  if (change.is_wanted && found != entries_.end() && found->second.is_subscribed) {
    Entry& entry = found->second;
    if (reply.is_error()) {
      on_refused(key, entry, reply);
    } else {
      entry.is_confirmed = true;
      entry.was_refused = false;
      settle(entry, Confirmation::confirmed);
    }
  }
  tell();
}

void Subscriber::on_refused(const Key& key, Entry& entry, const Reply& reply) {
  const auto redirection =
      on_redirection_ ? redirection_in(reply.text(), connection_->settings().address.endpoint)
                      : std::nullopt;
  if (!redirection && !std::exchange(entry.was_refused, true)) {
    log_line(LogScope::redis, LogLevel::error,
             {"Redis refuses ", verb_for(key.first, true), " ", key.second, ": ", reply.text()});
  }
  const Remedy remedy = remedy_for(reply.text());
  if (remedy == Remedy::redirect || remedy == Remedy::retry) {
    entry.is_subscribed = false;
    if (!retry_timer_.armed()) connection_->loop().timers().arm(retry_timer_, retry);
  }
  redirection ? on_redirection_(*redirection) : settle(entry, Confirmation::not_now);
}

void Subscriber::settle(Entry& entry, Confirmation confirmation) {
  // Who is called may subscribe and unsubscribe.
  const auto waiting = std::exchange(entry.waiting, {});
  for (const OnConfirmation& on_confirmation : waiting) on_confirmation(confirmation);
}

void Subscriber::await_confirmation(Id id, OnConfirmation on_confirmation) {
  const auto found = keys_.find(id);
  if (found == keys_.end()) return on_confirmation(Confirmation::not_now);
  Entry& entry = entries_.find(found->second)->second;
  if (entry.is_confirmed) return on_confirmation(Confirmation::confirmed);
  entry.waiting.push_back(std::move(on_confirmation));
  if (!waiting_timer_.armed()) connection_->loop().timers().arm(waiting_timer_, patience_);
}

void Subscriber::try_again() {
  std::vector<Key> refused;
  for (const auto& [key, entry] : entries_) {
    if (!entry.is_subscribed && !entry.users.empty()) refused.push_back(key);
  }
  for (const Key& key : refused) note_change(key, entries_.find(key)->second);
}

void Subscriber::end_waiting() {
  std::vector<OnConfirmation> waiting;
  for (auto& [key, entry] : entries_) {
    for (OnConfirmation& one : std::exchange(entry.waiting, {})) waiting.push_back(std::move(one));
  }
  for (const OnConfirmation& on_confirmation : waiting) on_confirmation(Confirmation::not_now);
}

void Subscriber::on_state(const StateChange& change) {
  if (change.now == ConnectionState::waiting) {
    changed_.clear();
    untold_restored_ = missing_restored_ = 0;
    unanswered_.clear();
    std::erase_if(entries_, [](const auto& entry) { return entry.second.users.empty(); });
    for (auto& [key, entry] : entries_) {
      entry.is_subscribed = entry.has_changed = entry.is_confirmed = false;
    }
    retry_timer_.cancel();
  }
  on_state_(change);
}

void Subscriber::on_greeted() {
  for (auto& [key, entry] : entries_) {
    entry.has_changed = true;
    changed_.push_back(key);
  }
  untold_restored_ = missing_restored_ = changed_.size();
  tell();
}

bool Subscriber::take_push(const Reply& reply) {
  const std::optional<Arrival> arrival = arrival_in(reply);
  if (!arrival) return take_end_of_subscription(reply) || is_left_over(reply);
  ++messages_;
  const auto found = entries_.find(Key(arrival->kind, *arrival->name));
  // It was underway when it was unsubscribed from.
  if (found == entries_.end()) return true;
  // Users come and go while they are called.
  const auto users = found->second.users;
  for (const auto& user : users) {
    const OnMessage on_message = user->on_message;
    if (on_message) on_message(arrival->message);
  }
  return true;
}

bool Subscriber::take_end_of_subscription(const Reply& reply) {
  const Reply::Array* const parts = reply.array();
  if (!parts || parts->size() != 3 || parts->front().text() != "sunsubscribe") return false;
  const Key key(SubscriptionKind::shard, (*parts)[1].text());
  if (!unanswered_.empty() && !unanswered_.front().is_wanted && unanswered_.front().key == key)
    return false;
  const auto found = entries_.find(key);
  if (found == entries_.end() || !found->second.is_subscribed) return true;
  // The next answer says where it has gone.
  found->second.is_subscribed = found->second.is_confirmed = false;
  note_change(key, found->second);
  return true;
}

/// When a subscription ends unasked while Redis is asked to end it, the first of two answers was taken
/// for the one that was awaited.
bool Subscriber::is_left_over(const Reply& reply) const {
  if (!reply.is_error()) return false;
  const auto redirection = redirection_in(reply.text(), {});
  if (!redirection) return false;
  return unanswered_.empty() || slot_of(unanswered_.front().key.second) != redirection->slot;
}

}  // namespace socketio::redis
