// SPDX-License-Identifier: MIT
#include "core/server/room_history.hpp"

#include <algorithm>

namespace socketio::core {

void RoomHistory::join(std::string_view room, std::uint64_t number) {
  const bool is_in = std::any_of(stays_.begin(), stays_.end(), [&](const Stay& stay) {
    return stay.end == still && stay.room == room;
  });
  if (!is_in) stays_.push_back({std::string(room), number, still});
}

void RoomHistory::end(Stay& stay, std::uint64_t number) {
  stay.end = number;
  ++past_stays_;
}

void RoomHistory::leave(std::string_view room, std::uint64_t number) {
  for (Stay& stay : stays_) {
    if (stay.end == still && stay.room == room) end(stay, number);
  }
  if (past_stays_ <= past_stays_limit) return;
  const auto is_past = [](const Stay& stay) { return stay.end != still; };
  const auto oldest = std::find_if(stays_.begin(), stays_.end(), is_past);
  known_from_ = std::max(known_from_, oldest->end);
  stays_.erase(oldest);
  --past_stays_;
}

void RoomHistory::leave_all(std::uint64_t number) {
  for (const std::string& room : rooms()) leave(room, number);
}

bool RoomHistory::was_in(std::string_view room, std::uint64_t number) const {
  return std::any_of(stays_.begin(), stays_.end(), [&](const Stay& stay) {
    return stay.begin <= number && number < stay.end && stay.room == room;
  });
}

std::vector<std::string> RoomHistory::rooms() const {
  std::vector<std::string> names;
  for (const Stay& stay : stays_) {
    if (stay.end == still) names.push_back(stay.room);
  }
  return names;
}

void RoomHistory::forget_before(std::uint64_t number) {
  past_stays_ -= static_cast<std::size_t>(std::erase_if(
      stays_, [&](const Stay& stay) { return stay.end != still && stay.end <= number; }));
}

}  // namespace socketio::core
