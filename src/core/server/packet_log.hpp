// SPDX-License-Identifier: MIT
// PacketLog: the events that a namespace has sent, for clients that come back (connection state
// recovery). They have numbers without gaps, which clients get as offsets: the last argument of an
// event. The oldest are dropped when they are too old, too many or too large.
//
// An offset is the log's own prefix, and a number. Loop's thread only.
#pragma once

#include "base/loop.hpp"
#include "core/server/prepared_events.hpp"

#include <socketio/socket.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::core {

class PacketLog {
 public:
  struct Limits {
    std::chrono::milliseconds age{};
    std::size_t packets = 0;
    std::size_t bytes = 0;
  };
  struct Entry {
    std::uint64_t number;
    TimePoint sent_at;
    PreparedEvents events;
    detail::BroadcastOptions options;
    /// The id of the only socket that got it; then the options mean nothing.
    std::string to;
  };

  /// `prefix` consists of characters that JSON does not escape.
  PacketLog(std::string prefix, const Limits& limits)
      : prefix_(std::move(prefix)), limits_(limits) {}

  /// The number of the next event.
  std::uint64_t next() const { return next_; }
  /// The event's text, a JSON array, with the offset of the next event as its last argument.
  std::string with_offset(std::string_view text) const;
  /// Adds the next event.
  void add(Entry entry);
  void trim(TimePoint now);
  void clear();
  bool empty() const { return entries_.empty(); }

  /// The number in an offset of this log; nothing if it is none.
  std::optional<std::uint64_t> number_of(std::string_view offset) const;
  /// Whether every event from that number on is still there.
  bool has_all_from(std::uint64_t number) const;
  /// Calls `use(Entry&)` for these events, in order.
  template <class Use>
  void for_each_from(std::uint64_t number, Use use) {
    if (entries_.empty()) return;
    const std::uint64_t first = entries_.front().number;
    for (std::size_t i = number > first ? number - first : 0; i < entries_.size(); ++i) {
      use(entries_[i]);
    }
  }

 private:
  void drop_oldest();

  const std::string prefix_;
  const Limits limits_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace socketio::core
