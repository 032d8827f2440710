// SPDX-License-Identifier: MIT
// Pipeline: the commands of one connection, in order: those that were sent and wait for their
// answers, which come in the same order, and behind them those that still wait to be sent.
//
// Holds no timer and sends nothing: Connection does. One thread.
#pragma once

#include "base/result.hpp"
#include "base/timing_wheel.hpp"
#include "redis/command.hpp"
#include "redis/limits.hpp"
#include "redis/reply.hpp"
#include "redis/slots.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace socketio::redis {

/// Why there is no reply to a command.
enum class CommandErrc : std::uint8_t {
  dropped,  // too many were waiting; it was not sent
  expired,  // it waited too long for a connection; it was not sent
  lost,     // the connection broke; it may have had its effect
};
using Answer = Result<Reply, CommandErrc>;
using OnAnswer = std::function<void(Answer answer)>;

class Pipeline {
 public:
  explicit Pipeline(const Limits& limits) : limits_(limits) {}

  struct Entry {
    Command command;
    OnAnswer on_answer;  // may be empty
    std::chrono::milliseconds timeout;
    TimePoint queued_at;
    // For a cluster: where it belongs, and how often it has been redirected.
    Slot slot = no_slot;
    std::uint8_t hops = 0;
  };

  bool has_room_to_wait(std::size_t bytes) const;
  /// Puts a command behind those that wait.
  void wait(Entry entry);
  /// Moves the first waiting command to those that were sent, if there is room. Null if not.
  const Entry* send_next();
  /// For a command that was sent ahead of those that wait.
  const Entry& send_first(Entry entry);

  /// Takes what the next reply answers; nothing if none was due.
  std::optional<Entry> take_answered();
  /// Takes all that were sent, because no answer comes any more.
  std::deque<Entry> take_unanswered();
  /// Takes those that have waited since before `time`.
  std::deque<Entry> take_waiting_since(TimePoint time);
  void drop_all();

  /// The command whose answer is next; null if none is due.
  const Entry* next_due() const { return sent_.empty() ? nullptr : &sent_.front(); }
  /// The one that has waited longest to be sent; null if none waits.
  const Entry* first_waiting() const { return waiting_.empty() ? nullptr : &waiting_.front(); }
  std::size_t unanswered() const { return sent_.size(); }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  const Limits limits_;
  std::deque<Entry> sent_;
  std::deque<Entry> waiting_;
  std::size_t sent_bytes_ = 0;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace socketio::redis
