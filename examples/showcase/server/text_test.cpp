// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

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
  for (const char32_t c :
       {0x00AD,  0x034F,  0x061C,  0x115F,  0x1160,  0x17B4,  0x180B,  0x180E, 0x2060,
        0x2061,  0x2064,  0x206F,  0x2800,  0x3164,  0xFE00,  0xFE0F,  0xFFA0, 0xFFF9,
        0x1BCA0, 0x1D159, 0x1D173, 0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xE01EF}) {
    const std::u32string alone(1, c);
    EXPECT_TRUE(has_invisible(alone)) << static_cast<std::uint32_t>(c);
    EXPECT_TRUE(has_invisible(U"Ada" + alone)) << static_cast<std::uint32_t>(c);
  }
}

TEST(Text, SeesHowAnEmojiIsDrawn) {
  EXPECT_FALSE(has_invisible(U"\u2764\uFE0F Ada")) << "keyboards write a red heart like that";
  EXPECT_FALSE(has_invisible(U"\U0001F336\uFE0F"));
  EXPECT_TRUE(has_invisible(U"\u2764\uFE0F\uFE0F"));
  EXPECT_TRUE(has_invisible(U"\u6F22\uFE0F"));
  EXPECT_TRUE(has_invisible(U" \uFE0F"));
}

TEST(Text, FoldsTheCaseOfAllScripts) {
  EXPECT_EQ(fold_case(U"ADA Lovelace"), "ada lovelace");
  EXPECT_EQ(fold_case(U"\u00C4\u0416\u03A9"), "\u00e4\u0436\u03c9");
}

TEST(Text, CleansWhatSomebodyWrote) {
  EXPECT_EQ(clean_message("  two\nlines \n", 9), "two\nlines");
  EXPECT_EQ(clean_message("  two\nlines \n", 8), std::nullopt);
  EXPECT_EQ(clean_message(" \u3000\n", 9), std::nullopt);
  EXPECT_EQ(clean_name(" \u00c4da ", 3), "\u00c4da");
  EXPECT_EQ(clean_name("Ada Lovelace", 11), std::nullopt);
  EXPECT_EQ(clean_name("A\u200Bda", 9), std::nullopt);
  EXPECT_EQ(clean_name("A\nda", 9), std::nullopt);
  EXPECT_EQ(clean_name("", 9), std::nullopt);
}

}  // namespace
}  // namespace showcase
