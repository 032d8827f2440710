// SPDX-License-Identifier: MIT
#include "codec/json/javascript_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace socketio::codec {
namespace {

// \uXXXX
constexpr std::size_t unicode_escape_bytes = 6;
// Every integer of so many digits fits an int64.
constexpr std::size_t safe_digits = 18;

enum class Surrogate { none, high, low };

/// Classifies the escape at `text`; the text ends at `end`.
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

/// Returns the first position after the string that opens at `position`.
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

/// Whether a number outside the range of double is too large rather than too small. The weight of
/// its first digit decides.
bool is_large(std::string_view number) {
  const std::string_view mantissa = number.substr(0, number.find_first_of("eE"));
  const auto point = static_cast<long>(std::min(mantissa.find('.'), mantissa.size()));
  const auto leading = static_cast<long>(mantissa.find_first_of("123456789"));
  const long weight = leading < point ? point - leading - 1 : point - leading;
  if (mantissa.size() == number.size()) return weight > 0;

  std::string_view digits = number.substr(mantissa.size() + 1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  // More than the number of digits in any text.
  constexpr long huge = 1'000'000'000'000;
  long exponent = digits.starts_with('-') ? -huge : huge;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  return weight + std::clamp(exponent, -huge, huge) > 0;
}

/// False for numbers that from_chars accepts but RFC 8259 section 6 does not.
bool has_json_form(std::string_view number) {
  if (number.starts_with('-')) number.remove_prefix(1);
  if (number.empty() || !is_digit(number[0])) return false;
  if (number[0] == '0' && number.size() > 1 && is_digit(number[1])) return false;
  const std::size_t point = number.find('.');
  return point == std::string_view::npos ||
         (point + 1 < number.size() && is_digit(number[point + 1]));
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
      // Invalid digits stay, and the parser refuses them.
      if (is_hex(text[4]) && is_hex(text[5])) std::memcpy(text + 2, "fffd", 4);
      text += unicode_escape_bytes;
    }
  }
}

bool Numbers::next() {
  for (std::size_t position = end_; position < text_.size();) {
    const char c = text_[position];
    if (c == '"') {
      position = skip_string(text_, position);
    } else if (c != '-' && !is_digit(c)) {
      ++position;
    } else {
      begin_ = position;
      end_ = begin_ + leading_number(text_.substr(begin_)).size();
      return true;
    }
  }
  return false;
}

Numbers::Reach Numbers::reach() const {
  const std::string_view number = text_.substr(begin_, end_ - begin_);
  // The parser refuses it.
  if (!has_json_form(number)) return Reach::plain;
  const bool is_integer = number.find_first_of(".eE") == std::string_view::npos;
  if (is_integer && (number.size() <= safe_digits || fits_64_bits(number))) return Reach::plain;

  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (end != number.data() + number.size()) return Reach::plain;
  if (error == std::errc::result_out_of_range) {
    return is_large(number) ? Reach::beyond_double : Reach::plain;
  }
  return is_integer ? Reach::beyond_64_bits : Reach::plain;
}

std::string_view leading_number(std::string_view text) {
  return text.substr(0, text.find_first_not_of("0123456789.eE+-"));
}

std::optional<std::string> with_numbers_in_reach(std::string_view text) {
  std::string changed;
  std::size_t copied = 0;
  for (Numbers numbers(text); numbers.next();) {
    const Numbers::Reach reach = numbers.reach();
    if (reach == Numbers::Reach::plain) continue;
    const bool is_kept = reach == Numbers::Reach::beyond_64_bits;
    const std::size_t end = is_kept ? numbers.end() : numbers.begin();
    changed.append(text, copied, end - copied).append(is_kept ? "e0" : "0.0");
    copied = numbers.end();
  }
  if (copied == 0) return std::nullopt;
  changed.append(text, copied);
  return changed;
}

}  // namespace socketio::codec
