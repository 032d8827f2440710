// SPDX-License-Identifier: MIT
#include "core/client/recovery_offset.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace socketio::core {

namespace {

// No adapter makes longer offsets.
constexpr std::size_t offset_limit_bytes = 128;
// The range ends in 2048: as a time, a word in small letters would be later than that.
constexpr std::int64_t time_min_ms = 1'577'836'800'000;
constexpr std::int64_t time_max_ms = 2'461'449'600'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// The value of a digit in the in-memory adapter's times, or -1.
int time_digit(char c) {
  constexpr std::string_view alphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  const std::size_t value = alphabet.find(c);
  return value == std::string_view::npos ? -1 : static_cast<int>(value);
}

/// "OdR3kQ_", or "OdR3kQ_.1" for the second one in the same millisecond.
bool is_memory_offset(std::string_view text) {
  constexpr std::size_t time_digits = 7;
  const std::string_view time = text.substr(0, time_digits);
  const std::string_view rest = text.substr(time.size());
  if (time.size() != time_digits) return false;
  if (!rest.empty() && (rest.front() != '.' || !are_digits(rest.substr(1)))) return false;
  std::int64_t milliseconds = 0;
  for (const char c : time) {
    const int digit = time_digit(c);
    if (digit < 0) return false;
    milliseconds = milliseconds * 64 + digit;
  }
  return milliseconds >= time_min_ms && milliseconds < time_max_ms;
}

/// "1700000000000-0"
bool is_stream_offset(std::string_view text) {
  constexpr std::size_t time_digits = 13;
  return text.size() > time_digits + 1 && text[time_digits] == '-' &&
         are_digits(text.substr(0, time_digits)) && are_digits(text.substr(time_digits + 1));
}

/// "507f1f77bcf86cd799439011"
bool is_object_id(std::string_view text) {
  constexpr std::size_t object_id_digits = 24;
  return text.size() == object_id_digits && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

bool looks_like_offset(std::string_view text) {
  if (text.size() > offset_limit_bytes) return false;
  return is_memory_offset(text) || is_stream_offset(text) || is_object_id(text);
}

void RecoveryOffset::saw(std::string_view text) {
  if (text.size() > offset_limit_bytes) return;
  const bool is_known = looks_like_offset(text);
  if (form_is_known_ && !is_known) return;
  form_is_known_ = is_known;
  latest_ = text;
}

}  // namespace socketio::core
