// SPDX-License-Identifier: MIT
#include "core/server/packet_log.hpp"

#include "core/server/session_store.hpp"

#include <charconv>
#include <utility>

namespace socketio::core {

namespace {

// What an event takes besides its text and its attachments: its frame, its rooms, the entry itself.
constexpr std::size_t entry_overhead_bytes = 512;

std::size_t bytes_of(const PacketLog::Entry& entry) {
  // The text is there twice: as it was written, and in the frame that is made when somebody needs it.
  return 2 * entry.events.size_bytes() + entry_overhead_bytes;
}

}  // namespace

std::string PacketLog::with_offset(std::string_view text) const {
  return core::with_offset(text, prefix_ + std::to_string(next_));
}

void PacketLog::add(Entry entry) {
  entry.number = next_;
  bytes_ += bytes_of(entry);
  entries_.push_back(std::move(entry));
  ++next_;
  while (entries_.size() > limits_.packets || bytes_ > limits_.bytes) drop_oldest();
}

void PacketLog::drop_oldest() {
  bytes_ -= bytes_of(entries_.front());
  entries_.pop_front();
}

void PacketLog::trim(TimePoint now) {
  while (!entries_.empty() && entries_.front().sent_at + limits_.age < now) drop_oldest();
}

void PacketLog::clear() {
  entries_.clear();
  bytes_ = 0;
}

std::optional<std::uint64_t> PacketLog::number_of(std::string_view offset) const {
  if (!offset.starts_with(prefix_)) return std::nullopt;
  const std::string_view digits = offset.substr(prefix_.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size();
  if (!is_number || number >= next_) return std::nullopt;
  return number;
}

bool PacketLog::has_all_from(std::uint64_t number) const {
  const std::uint64_t first = entries_.empty() ? next_ : entries_.front().number;
  return number >= first;
}

}  // namespace socketio::core
