// SPDX-License-Identifier: MIT
#include "codec/json/text.hpp"

#include "codec/json/plain_run.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace socketio::codec {
namespace {

constexpr std::string_view replacement_character = "\xef\xbf\xbd";
bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escape(TextBuffer& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    default:
      out.append("\\u00").append(1, hex[(c >> 4) & 0xf]).append(1, hex[c & 0xf]);
  }
}

void append_escaped(TextBuffer& out, std::string_view text) {
  while (!text.empty()) {
    const auto escape = std::find_if(text.begin(), text.end(), needs_escape);
    const auto run = static_cast<std::size_t>(escape - text.begin());
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    if (text.empty()) return;
    append_escape(out, text.front());
    text.remove_prefix(1);
  }
}

struct Sequence {
  std::size_t bytes = 1;
  bool valid = false;
};

/// The UTF-8 sequence at the front of `text`, or the longest beginning of one (RFC 3629 section 4).
Sequence first_sequence(std::string_view text) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xc2 || lead > 0xf4) return {1, false};
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte excludes overlong forms, surrogates and what is beyond U+10FFFF.
  unsigned lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (std::size_t index = 1; index < length; ++index) {
    if (index >= text.size() || byte(index) < lowest || byte(index) > highest)
      return {index, false};
    lowest = 0x80;
    highest = 0xbf;
  }
  return {length, true};
}

std::string with_replacements(std::string_view text) {
  std::string valid;
  valid.reserve(text.size() + 16);
  while (!text.empty()) {
    const Sequence sequence = first_sequence(text);
    valid += sequence.valid ? text.substr(0, sequence.bytes) : replacement_character;
    text.remove_prefix(sequence.bytes);
  }
  return valid;
}

/// Appends a string of which some characters may need an escape, or are not ASCII.
void append_unusual(TextBuffer& out, std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) {
    append_escaped(out, text);
  } else {
    append_escaped(out, with_replacements(text));
  }
}

/// Writes `digits`, the first `point` of them before the decimal point
/// (ECMA-262, Number::toString).
void append_digits(TextBuffer& out, std::string_view digits, int point) {
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point <= -6) {
    out.push_back(digits[0]);
    if (count > 1) out.append(".").append(digits.substr(1));
    const int exponent = point - 1;
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (point >= count) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    const auto whole = static_cast<std::size_t>(point);
    out.append(digits.substr(0, whole)).append(".").append(digits.substr(whole));
  }
}

}  // namespace

void append_quoted(TextBuffer& out, std::string_view text) {
  char* const begin = out.room_for(text.size() + plain_run_slack + 2);
  const PlainRun run = copy_plain_run(text, begin + 1);
  if (run.bytes == text.size() && run.is_ascii) {
    *begin = '"';
    begin[1 + run.bytes] = '"';
    out.advance(run.bytes + 2);
    return;
  }
  out.push_back('"');
  append_unusual(out, text);
  out.push_back('"');
}

void append_number(TextBuffer& out, double number) {
  constexpr double exact_integers = 9007199254740992.0;
  std::array<char, 32> buffer;
  if (std::abs(number) < exact_integers && std::trunc(number) == number) {
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                      static_cast<std::int64_t>(number));
    out.append({buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data())});
    return;
  }
  if (number < 0) out.push_back('-');
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number),
                                    std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
  const std::size_t mark = text.find('e');
  int exponent = 0;
  const std::size_t exponent_begin = mark + (text[mark + 1] == '+' ? 2 : 1);
  std::from_chars(text.data() + exponent_begin, result.ptr, exponent);
  // Removes the decimal point: "1.25" becomes "125".
  if (mark > 1) buffer[1] = buffer[0];
  const std::string_view digits = mark > 1 ? text.substr(1, mark - 1) : text.substr(0, 1);
  append_digits(out, digits, exponent + 1);
}

}  // namespace socketio::codec
