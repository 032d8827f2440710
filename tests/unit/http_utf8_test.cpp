// SPDX-License-Identifier: MIT
// Replacement of invalid UTF-8 as in JavaScript's decoders: one U+FFFD for each maximal part.
#include "codec/http/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketio {
namespace {

using http::with_replacements;

std::string replaced(int count, std::string_view behind = "") {
  std::string text;
  for (int i = 0; i < count; ++i) text += "\xef\xbf\xbd";
  return text.append(behind);
}

TEST(HttpUtf8, TextStaysAsItIs) {
  for (const std::string_view text :
       {"", "plain", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(with_replacements(text), text);
  }
}

TEST(HttpUtf8, OverlongSurrogatesAndBeyondTheLastAreReplacedByteByByte) {
  EXPECT_EQ(with_replacements("\xc0\x80"), replaced(2));
  EXPECT_EQ(with_replacements("\xc1\xbf"), replaced(2));
  EXPECT_EQ(with_replacements("\xe0\x80\x80"), replaced(3));
  EXPECT_EQ(with_replacements("\xe0\x9f\xbf"), replaced(3));
  EXPECT_EQ(with_replacements("\xed\xa0\x80"), replaced(3));
  EXPECT_EQ(with_replacements("\xf0\x8f\xbf\xbf"), replaced(4));
  EXPECT_EQ(with_replacements("\xf4\x90\x80\x80"), replaced(4));
  EXPECT_EQ(with_replacements("\xf5\x80"), replaced(2));
  EXPECT_EQ(with_replacements("\xff"), replaced(1));
}

TEST(HttpUtf8, CutSequencesAreOneReplacement) {
  EXPECT_EQ(with_replacements("\x80"), replaced(1));
  EXPECT_EQ(with_replacements("\xc3"), replaced(1));
  EXPECT_EQ(with_replacements("\xe4\xb8"
                              "a"),
            replaced(1, "a"));
  EXPECT_EQ(with_replacements("\xf0\x9f\x98"), replaced(1));
  EXPECT_EQ(with_replacements("\xf0\x9f"
                              "A"),
            replaced(1, "A"));
  EXPECT_EQ(with_replacements("\xf0\x9f\xf0\x9f\x98\x80"), replaced(1, "\xf0\x9f\x98\x80"));
}

}  // namespace
}  // namespace socketio
