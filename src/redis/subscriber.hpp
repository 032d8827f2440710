// SPDX-License-Identifier: MIT
// Subscriber: the channels and patterns that this process listens to, on a connection of its own,
// because a connection of RESP2 that has subscribed can do nothing else. Subscriptions are counted:
// several users of a channel share one. After a reconnection all are restored before the connection
// is ready.
//
// Life cycle: that of its connection. Loop's thread only.
#pragma once

#include "redis/connection.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::redis {

enum class SubscriptionKind : std::uint8_t { channel, pattern, shard };

/// Valid during the call.
struct Message {
  std::string_view channel;
  std::string_view payload;
};
using OnMessage = std::function<void(const Message& message)>;

class Subscriber final : private Connection::Listener {
 public:
  /// Of one use of a subscription. Never used twice.
  using Id = std::uint64_t;
  /// Changes of subscriptions that were sent and are not answered yet. The next ones wait.
  static constexpr std::size_t unanswered_limit = 1'000;
  /// After which a subscription is tried again that Redis refuses for now (BUSY, TRYAGAIN, …).
  static constexpr std::chrono::milliseconds retry{1'000};

  /// Told the state of the connection, after the subscriber has acted on it.
  using OnState = std::function<void(const StateChange& change)>;
  /// Told that another server of the cluster has a subscription's slot. May unsubscribe.
  using OnRedirection = std::function<void(const Redirection& redirection)>;

  Subscriber(Loop& loop, Connector& connector, ConnectionSettings settings, OnState on_state,
             OnRedirection on_redirection = {});
  ~Subscriber() override;

  void open() { connection_->open(); }
  void close() { connection_->close(); }

  /// From when Redis knows of it, `on_message` is called for each message. May be called at any
  /// time, also from a callback.
  Id subscribe(SubscriptionKind kind, std::string name, OnMessage on_message);
  /// `on_message` is not called any more, and is destroyed.
  void unsubscribe(Id id);

  const Connection& connection() const { return *connection_; }
  enum class Confirmation : std::uint8_t { confirmed, not_now };
  using OnConfirmation = std::function<void(Confirmation confirmation)>;
  /// Calls back when Redis has confirmed the subscription, so that messages arrive and Redis counts it:
  /// at once, if it has. With `not_now` if Redis refuses it, or has said nothing for
  /// Times::waiting. Not at all if it ends before.
  void await_confirmation(Id id, OnConfirmation on_confirmation);
  /// Redis has answered all changes.
  bool is_settled() const { return unanswered_.empty() && changed_.empty(); }
  std::size_t names() const { return entries_.size(); }
  std::uint64_t messages() const { return messages_; }
  /// Subscriptions that Redis refused on this connection.
  std::uint64_t refused() const { return refused_; }

 private:
  /// An exception costs the connection.
  template <void (Subscriber::*function)()>
  class Timer final : public Deadline {
   public:
    explicit Timer(Subscriber& owner) : owner_(owner) {}

   private:
    void expired() noexcept override {
      contain(*owner_.connection_, [this] { (owner_.*function)(); });
    }
    Subscriber& owner_;
  };
  using Key = std::pair<SubscriptionKind, std::string>;
  struct User {
    Id id;
    OnMessage on_message;
  };
  struct Entry {
    std::vector<std::shared_ptr<User>> users;
    // The last thing that Redis was told on this connection.
    bool is_subscribed = false;
    // In changed_.
    bool has_changed = false;
    // Redis has answered so on this connection.
    bool is_confirmed = false;
    // It has been logged that Redis refuses it.
    bool was_refused = false;
    std::vector<OnConfirmation> waiting{};
  };

  void on_state(const StateChange& change) override;
  void on_greeted() override;
  bool take_push(const Reply& reply) override;

  /// What Redis was asked and has not answered yet.
  struct Change {
    Key key;
    bool is_wanted;
    bool is_restored;
  };

  void note_change(const Key& key, Entry& entry);
  /// Tells Redis what has changed.
  void tell();
  void change(const Key& key, Entry& entry, bool is_restored);
  void on_changed(const Reply& reply);
  void on_refused(const Key& key, Entry& entry, const Reply& reply);
  /// What a cluster sends unasked when a slot moves: whether this is such a thing, and no answer.
  bool take_end_of_subscription(const Reply& reply);
  bool is_left_over(const Reply& reply) const;
  static void settle(Entry& entry, Confirmation confirmation);
  void try_again();
  void end_waiting();

  OnState on_state_;
  OnRedirection on_redirection_;
  const std::chrono::milliseconds patience_;
  std::map<Key, Entry> entries_;
  std::map<Id, Key> keys_;
  std::deque<Key> changed_;
  // Subscriptions at the front of changed_ that have to be restored; and those not restored yet.
  std::size_t untold_restored_ = 0;
  std::size_t missing_restored_ = 0;
  std::deque<Change> unanswered_;
  Id last_id_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t refused_ = 0;
  std::shared_ptr<Connection> connection_;
  Timer<&Subscriber::try_again> retry_timer_{*this};
  Timer<&Subscriber::end_waiting> waiting_timer_{*this};
};

}  // namespace socketio::redis
