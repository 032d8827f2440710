// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <gtest/gtest.h>

namespace showcase {
namespace {

TEST(Text, DecodesAndEncodesEveryLength) {
  const std::string text = "a\u00e9\u20ac\U0001F389";
  const std::u32string characters = U"a\u00e9\u20ac\U0001F389";
  EXPECT_EQ(decode_utf8(text), characters);
  EXPECT_EQ(encode_utf8(characters), text);
}

TEST(Text, InvalidBytesBecomeReplacementCharacters) {
  EXPECT_EQ(decode_utf8("a\xff"), U"a\uFFFD");
  EXPECT_EQ(decode_utf8("\xe2\x82"), U"\uFFFD");
  EXPECT_EQ(decode_utf8("\xc0\xaf"), U"\uFFFD\uFFFD");
  EXPECT_EQ(decode_utf8("\xed\xa0\x80"), U"\uFFFD");
  EXPECT_EQ(decode_utf8("\xe2z"), U"\uFFFDz");
}

TEST(Text, TrimsTheWhiteSpaceOfAllScripts) {
  EXPECT_EQ(trim(U" \t\n\u00A0\u3000\uFEFFa b\u2003 "), U"a b");
  EXPECT_EQ(trim(U" \u2028 "), U"");
  EXPECT_EQ(trim(U""), U"");
}

TEST(Text, FindsWhatNobodySees) {
  EXPECT_TRUE(has_invisible(U"Ad\u200Ba"));
  EXPECT_TRUE(has_invisible(U"\u202EadA"));
  EXPECT_TRUE(has_invisible(U"Ada\n"));
  EXPECT_FALSE(has_invisible(U"Ad\u00E1 \U0001F389"));
}

TEST(Text, FoldsTheCaseOfAllScripts) {
  EXPECT_EQ(fold_case(U"ADA Lovelace"), "ada lovelace");
  EXPECT_EQ(fold_case(U"\u00C4\u0416\u03A9"), "\u00e4\u0436\u03c9");
}

}  // namespace
}  // namespace showcase
