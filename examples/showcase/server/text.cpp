// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <locale.h>
#include <span>
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

struct Range {
  char32_t first, last;
};

bool is_within(char32_t c, std::span<const Range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

/// Control characters, Default_Ignorable_Code_Point of the Unicode Character Database, and what is
/// drawn as nothing though it counts as a letter or symbol.
bool is_invisible(char32_t c) {
  constexpr std::array<Range, 21> ranges{{
      {0x0000, 0x001F},    // control characters
      {0x007F, 0x009F},    // likewise
      {0x00AD, 0x00AD},    // soft hyphen
      {0x034F, 0x034F},    // combining grapheme joiner
      {0x061C, 0x061C},    // direction
      {0x115F, 0x1160},    // fillers of Hangul
      {0x17B4, 0x17B5},    // inherent vowels of Khmer
      {0x180B, 0x180F},    // variation selectors of Mongolian
      {0x200B, 0x200F},    // zero width, direction
      {0x2028, 0x202E},    // separators, direction
      {0x2060, 0x206F},    // zero width, operators, direction
      {0x2800, 0x2800},    // Braille without dots
      {0x3164, 0x3164},    // filler of Hangul
      {0xFE00, 0xFE0F},    // variation selectors
      {0xFEFF, 0xFEFF},    // byte order mark
      {0xFFA0, 0xFFA0},    // filler of Hangul
      {0xFFF0, 0xFFFB},    // annotations
      {0x1BCA0, 0x1BCA3},  // shorthand
      {0x1D159, 0x1D159},  // musical null
      {0x1D173, 0x1D17A},  // musical formats
      {0xE0000, 0xE0FFF},  // tags, variation selectors
  }};
  return is_within(c, ranges);
}

/// Symbols that a following U+FE0F has drawn as an emoji.
bool is_symbol(char32_t c) {
  constexpr std::array<Range, 2> ranges{{{0x2010, 0x2BFF}, {0x1F000, 0x1FAFF}}};
  return is_within(c, ranges) && !is_invisible(c);
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
  constexpr char32_t emoji_selector = 0xFE0F;  // keyboards write it behind hearts and suns
  char32_t before = 0;
  for (const char32_t c : characters) {
    if (is_invisible(c) && !(c == emoji_selector && is_symbol(before))) return true;
    before = c;
  }
  return false;
}

std::string fold_case(std::u32string_view characters) {
  std::u32string folded(characters);
  std::transform(folded.begin(), folded.end(), folded.begin(), to_lower);
  return encode_utf8(folded);
}

std::optional<std::string> clean_message(std::string_view text, std::size_t limit) {
  const std::u32string characters = decode_utf8(text);
  const std::u32string_view trimmed = trim(characters);
  if (trimmed.empty() || trimmed.size() > limit) return std::nullopt;
  return encode_utf8(trimmed);
}

std::optional<std::string> clean_name(std::string_view text, std::size_t limit) {
  auto name = clean_message(text, limit);
  if (name && has_invisible(decode_utf8(*name))) return std::nullopt;
  return name;
}

}  // namespace showcase
