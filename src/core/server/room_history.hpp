// SPDX-License-Identifier: MIT
// RoomHistory: in which rooms a socket has been, and between which numbers of the packet log. What
// a client has missed depends on the rooms in which it was when an event was sent, not on those in
// which it is now. Loop's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

class RoomHistory {
 public:
  /// Stays in rooms that have been left. Beyond this number the oldest is forgotten.
  static constexpr std::size_t past_stays_limit = 256;

  /// The first event for which the socket is a member is the one with that number.
  void join(std::string_view room, std::uint64_t number);
  /// The first event for which it is none any more.
  void leave(std::string_view room, std::uint64_t number);
  void leave_all(std::uint64_t number);

  bool was_in(std::string_view room, std::uint64_t number) const;
  /// Nothing is known for certain of events with lower numbers.
  std::uint64_t known_from() const { return known_from_; }
  /// The rooms in which it still is.
  std::vector<std::string> rooms() const;
  /// Forgets stays that ended before the event with that number.
  void forget_before(std::uint64_t number);

 private:
  struct Stay {
    std::string room;
    std::uint64_t begin;
    std::uint64_t end;
  };
  static constexpr std::uint64_t still = ~std::uint64_t{0};

  void end(Stay& stay, std::uint64_t number);

  std::vector<Stay> stays_;
  std::size_t past_stays_ = 0;
  std::uint64_t known_from_ = 0;
};

}  // namespace socketio::core
