// SPDX-License-Identifier: MIT
// Bytes as hexadecimal digits. Pure function, any thread.
#pragma once

#include <string>
#include <string_view>

namespace showcase {

template <class Bytes>
std::string hex(const Bytes& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace showcase
