// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <locale.h>
#include <wctype.h>

namespace showcase {
namespace {

constexpr char32_t replacement = 0xFFFD;

/// Length of the sequence that this byte begins; 0 if it begins none.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

/// The character at the front of `text`; its bytes are taken off.
char32_t take_character(std::string_view& text) {
  constexpr std::array<char32_t, 5> lowest{0, 0, 0x80, 0x800, 0x10000};
  constexpr std::array<unsigned char, 5> lead_bits{0, 0x7F, 0x1F, 0x0F, 0x07};
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = sequence_length(lead);
  text.remove_prefix(1);
  if (length == 0) return replacement;
  char32_t character = lead & lead_bits[length];
  for (std::size_t i = 1; i < length; ++i) {
    if (text.empty() || (static_cast<unsigned char>(text.front()) & 0xC0) != 0x80)
      return replacement;
    character = character << 6 | (static_cast<unsigned char>(text.front()) & 0x3F);
    text.remove_prefix(1);
  }
  const bool surrogate = character >= 0xD800 && character < 0xE000;
  const bool valid = character >= lowest[length] && character <= 0x10FFFF && !surrogate;
  return valid ? character : replacement;
}

void append_utf8(std::string& out, char32_t character) {
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | (character >> shift & 0x3F));
  };
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xC0 | character >> 6);
    tail(0);
  } else if (character < 0x10000) {
    out += static_cast<char>(0xE0 | character >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | character >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

/// WhiteSpace and LineTerminator of ECMA-262, sections 12.2 and 12.3.
bool is_space(char32_t c) {
  if (c >= 0x09 && c <= 0x0D) return true;
  if (c >= 0x2000 && c <= 0x200A) return true;
  constexpr std::u32string_view others = U" \u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF";
  return others.find(c) != std::u32string_view::npos;
}

bool is_invisible(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool zero_width = (c >= 0x200B && c <= 0x200F) || c == 0x2060 || c == 0xFEFF;
  const bool separator = c == 0x2028 || c == 0x2029;
  const bool direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return control || zero_width || separator || direction;
}

/// The letters of all languages, whatever the user's environment says.
locale_t unicode_locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

char32_t to_lower(char32_t c) {
  if (const locale_t locale = unicode_locale())
    return static_cast<char32_t>(towlower_l(static_cast<wint_t>(c), locale));
  return c >= U'A' && c <= U'Z' ? c + 32 : c;
}

}  // namespace

std::u32string decode_utf8(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  while (!text.empty()) characters += take_character(text);
  return characters;
}

std::string encode_utf8(std::u32string_view characters) {
  std::string text;
  text.reserve(characters.size());
  for (const char32_t character : characters) append_utf8(text, character);
  return text;
}

std::u32string_view trim(std::u32string_view characters) {
  while (!characters.empty() && is_space(characters.front())) characters.remove_prefix(1);
  while (!characters.empty() && is_space(characters.back())) characters.remove_suffix(1);
  return characters;
}

bool has_invisible(std::u32string_view characters) {
  return std::any_of(characters.begin(), characters.end(), is_invisible);
}

std::string fold_case(std::u32string_view characters) {
  std::u32string folded(characters);
  std::transform(folded.begin(), folded.end(), folded.begin(), to_lower);
  return encode_utf8(folded);
}

}  // namespace showcase
