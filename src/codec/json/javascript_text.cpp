// SPDX-License-Identifier: MIT
#include "codec/json/javascript_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace socketio::codec {
namespace {

constexpr std::size_t unicode_escape_bytes = 6;  // \uXXXX
constexpr std::size_t safe_digits = 18;          // any integer of so many digits fits an int64

enum class Surrogate { none, high, low };

/// What the escape at `text` is; `end` bounds the text.
Surrogate surrogate_at(const char* text, const char* end) {
  if (static_cast<std::size_t>(end - text) < unicode_escape_bytes) return Surrogate::none;
  if (text[0] != '\\' || text[1] != 'u' || (text[2] != 'd' && text[2] != 'D'))
    return Surrogate::none;
  switch (text[3]) {
    case '8':
    case '9':
    case 'a':
    case 'A':
    case 'b':
    case 'B':
      return Surrogate::high;
    case 'c':
    case 'C':
    case 'd':
    case 'D':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
      return Surrogate::low;
    default:
      return Surrogate::none;
  }
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The first position after the string that opens at `position`.
std::size_t skip_string(std::string_view text, std::size_t position) {
  for (++position; position < text.size() && text[position] != '"'; ++position) {
    if (text[position] == '\\') ++position;
  }
  return position < text.size() ? position + 1 : text.size();
}

bool fits_64_bits(std::string_view integer) {
  const char* end = integer.data() + integer.size();
  std::uint64_t magnitude = 0;
  std::int64_t negative = 0;
  const auto error = integer.front() == '-' ? std::from_chars(integer.data(), end, negative).ec
                                            : std::from_chars(integer.data(), end, magnitude).ec;
  return error == std::errc();
}

}  // namespace

void replace_lone_surrogates(char* text, std::size_t text_bytes) {
  char* const end = text + text_bytes;
  while (text < end) {
    text = static_cast<char*>(std::memchr(text, '\\', static_cast<std::size_t>(end - text)));
    if (!text) return;
    const Surrogate surrogate = surrogate_at(text, end);
    if (surrogate == Surrogate::none) {
      text += 2;
    } else if (surrogate == Surrogate::high &&
               surrogate_at(text + unicode_escape_bytes, end) == Surrogate::low) {
      text += 2 * unicode_escape_bytes;
    } else {
      // Digits that are none stay, for the parser to refuse.
      if (is_hex(text[4]) && is_hex(text[5])) std::memcpy(text + 2, "fffd", 4);
      text += unicode_escape_bytes;
    }
  }
}

std::optional<std::string> widen_integers(std::string_view text) {
  std::string widened;
  std::size_t copied = 0;
  for (std::size_t position = 0; position < text.size();) {
    const char c = text[position];
    if (c == '"') {
      position = skip_string(text, position);
      continue;
    }
    if (c != '-' && !is_digit(c)) {
      ++position;
      continue;
    }
    const std::size_t begin = position;
    for (++position; position < text.size() && is_digit(text[position]);) ++position;
    const std::string_view token = text.substr(begin, position - begin);
    const char after = position < text.size() ? text[position] : ' ';
    if (after == '.' || after == 'e' || after == 'E' || after == '+') {
      // The rest of a number: its digits are no integer.
      position = std::min(text.find_first_not_of("0123456789.eE+-", position), text.size());
    } else if (token.size() > safe_digits && !fits_64_bits(token)) {
      widened.append(text, copied, position - copied).append("e0");
      copied = position;
    }
  }
  if (copied == 0) return std::nullopt;
  widened.append(text, copied);
  return widened;
}

}  // namespace socketio::codec
