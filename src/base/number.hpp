// SPDX-License-Identifier: MIT
// A whole text as a number. A pure function, any thread.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace socketio {

/// Nothing if the text is anything else than a decimal number in Number's range.
template <class Number>
std::optional<Number> number_in(std::string_view digits) {
  Number number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

}  // namespace socketio
