// SPDX-License-Identifier: MIT
// Bytes in the notation of tests. Header-only, pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace socketio::support {

/// Two lower-case digits for each byte; blanks are ignored.
inline std::string from_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string digits;
  for (const char c : text) {
    if (c != ' ') digits += c;
  }
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(16 * digit(digits[i]) + digit(digits[i + 1]));
  }
  return bytes;
}

inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

}  // namespace socketio::support
