// SPDX-License-Identifier: MIT
#include "server/loop_history.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <utility>
#include <variant>

namespace socketio::server {

using cluster::MessagePtr;

class LoopHistory::Part final : public core::SharedHistory,
                                public std::enable_shared_from_this<Part> {
 public:
  Part(std::shared_ptr<LoopHistory> whole, std::size_t loop)
      : whole_(std::move(whole)), loop_(loop) {}
  ~Part() override { close(); }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  void with(const Use& use) override {
    const std::lock_guard lock(whole_->mutex_);
    use(whole_->history_, next_number());
  }
  std::uint64_t next() const override {
    const std::lock_guard lock(whole_->mutex_);
    return next_number();
  }
  std::uint64_t unbroken_from() const override { return unbroken_from_; }

  void add_live(const std::string& private_id) override {
    whole_->sessions_.add(private_id, loop_);
  }
  void remove_live(const std::vector<std::string>& private_ids) noexcept override {
    whole_->sessions_.remove(private_ids, loop_);
  }
  void set_closer(std::function<void(std::string_view private_id)> close_here) override {
    whole_->sessions_.set_closer(loop_, std::move(close_here));
  }
  void close_former(const std::string& private_id, std::function<void()> closed) override {
    // What has been put into inboxes by now was posted before this.
    whole_->sessions_.close_former(loop_, private_id, std::move(closed));
  }

  void close() noexcept override {
    const std::lock_guard lock(whole_->mutex_);
    if (whole_->parts_[loop_] == this) whole_->parts_[loop_] = nullptr;
    inbox_.clear();
  }

  // --- The inbox. The mutex is held for the first four of these ---

  bool has_mail() const { return delivering_ || !inbox_.empty(); }
  /// Returns its place.
  std::uint64_t put(MessagePtr message, std::optional<std::uint64_t> number) {
    inbox_.push_back({++last_place_, number, std::move(message)});
    return last_place_;
  }
  /// There is no room for the last one.
  void drop_last() {
    if (inbox_.back().number) lose(*inbox_.back().number);
    inbox_.pop_back();
  }
  void lose(std::uint64_t number) {
    unbroken_from_ = std::max<std::uint64_t>(unbroken_from_, number + 1);
  }
  /// Delivers what is in it, up to that place.
  void deliver_up_to(std::uint64_t place);
  /// The loop delivers something, in the middle of which this is called.
  bool is_delivering() const { return is_delivering_; }

 private:
  struct Mail {
    std::uint64_t place = 0;
    std::optional<std::uint64_t> number;
    MessagePtr message;
  };

  std::uint64_t next_number() const {
    if (delivering_) return *delivering_;
    const auto event = std::find_if(inbox_.begin(), inbox_.end(),
                                    [](const Mail& mail) { return mail.number.has_value(); });
    return event == inbox_.end() ? whole_->history_.log().next() : *event->number;
  }
  std::optional<Mail> take(std::uint64_t place);

  const std::shared_ptr<LoopHistory> whole_;
  const std::size_t loop_;
  std::deque<Mail> inbox_;
  std::uint64_t last_place_ = 0;
  // The number of the event that is being delivered.
  std::optional<std::uint64_t> delivering_;
  std::atomic<std::uint64_t> unbroken_from_ = 0;
  bool is_delivering_ = false;
};

std::optional<LoopHistory::Part::Mail> LoopHistory::Part::take(std::uint64_t place) {
  const std::lock_guard lock(whole_->mutex_);
  delivering_.reset();
  if (inbox_.empty() || inbox_.front().place > place) return std::nullopt;
  Mail mail = std::move(inbox_.front());
  inbox_.pop_front();
  delivering_ = mail.number;
  return mail;
}

void LoopHistory::Part::deliver_up_to(std::uint64_t place) {
  is_delivering_ = true;
  const LoopBuses::Member& member = whole_->buses_->members_[loop_];
  while (const auto mail = take(place)) {
    try {
      if (member.bus) member.bus->deliver(mail->message);
    } catch (...) {
      // What this loop passes on has nothing to do with the code that publishes something now.
      if (member.loop) member.loop->report_exception();
      const std::lock_guard lock(whole_->mutex_);
      if (mail->number) lose(*mail->number);
    }
  }
  is_delivering_ = false;
}

// --- All loops ---

LoopHistory::LoopHistory(std::shared_ptr<LoopBuses> buses, const std::string& prefix,
                         std::string nsp, const core::RecoveryLimits& limits)
    : buses_(std::move(buses)),
      nsp_(std::move(nsp)),
      history_(limits, prefix),
      parts_(buses_->loops_),
      sessions_(buses_, buses_->loops_) {}

LoopHistory::~LoopHistory() = default;

bool LoopHistory::is_recovered(const cluster::Body& body) {
  const auto* const broadcast = std::get_if<cluster::Broadcast>(&body);
  return broadcast && broadcast->request.empty() && !broadcast->options.flags.is_volatile;
}

bool LoopHistory::orders(const cluster::Body& body) {
  return std::holds_alternative<cluster::Broadcast>(body) ||
         std::holds_alternative<cluster::SocketsJoin>(body) ||
         std::holds_alternative<cluster::SocketsLeave>(body);
}

std::shared_ptr<core::SharedHistory> LoopHistory::open(std::size_t loop) {
  const auto part = std::make_shared<Part>(shared_from_this(), loop);
  // Not before it can be found by what is posted.
  const std::lock_guard lock(mutex_);
  parts_[loop] = part.get();
  return part;
}

MessagePtr LoopHistory::add(std::size_t from, const cluster::Message& message) {
  auto placed = std::make_shared<cluster::Message>(message);
  auto& broadcast = std::get<cluster::Broadcast>(placed->body);
  broadcast.offset = history_.log().next_offset();
  core::PreparedEvents events(encoder_, nsp_, broadcast.options.flags.compress);
  events.add(
      {core::with_offset(broadcast.event.text, broadcast.offset), broadcast.event.attachments});
  history_.add(buses_->members_[from].loop->now(), std::move(events), broadcast.options, {});
  return placed;
}

void LoopHistory::put_into_inbox(std::size_t to, const MessagePtr& message,
                                 std::optional<std::uint64_t> number) {
  Part* const part = parts_[to];
  if (!part) return buses_->send(to, message);
  const std::uint64_t place = part->put(message, number);
  const auto wake = [there = part->weak_from_this(), place](const LoopBus*) {
    if (const auto woken = there.lock()) woken->deliver_up_to(place);
  };
  bool has_room = false;
  try {
    has_room = buses_->post(to, wake, droppable_bytes(message->body));
  } catch (...) {
    part->drop_last();
    throw;
  }
  if (!has_room) part->drop_last();
}

void LoopHistory::publish(std::size_t from, MessagePtr message) {
  std::shared_ptr<Part> own;
  std::uint64_t own_place = 0;
  {
    const std::lock_guard lock(mutex_);
    std::optional<std::uint64_t> number;
    if (is_recovered(message->body)) {
      number = history_.log().next();
      message = add(from, *message);
    }
    // Asked while nothing can be added: whoever joins a room from now on does not miss what comes now.
    const LoopRooms::Set to = buses_->receivers(from, *message);
    for (std::size_t index = 0; index < to.size(); ++index) {
      const bool is_waiting = parts_[index] && parts_[index]->has_mail();
      if (index == from || (!to[index] && !is_waiting)) continue;
      try {
        put_into_inbox(index, message, number);
      } catch (...) {  // no memory
        if (!number) throw;
        if (parts_[index]) parts_[index]->lose(*number);
      }
    }
    if (number && parts_[from]) own = parts_[from]->weak_from_this().lock();
    if (own) own_place = own->put(message, number);
    if (own && own->is_delivering()) {
      buses_->post(from, [there = std::weak_ptr(own), own_place](const LoopBus*) {
        if (const auto woken = there.lock()) woken->deliver_up_to(own_place);
      });
      own_place = 0;
    }
  }
  if (own_place != 0) own->deliver_up_to(own_place);
}

}  // namespace socketio::server
