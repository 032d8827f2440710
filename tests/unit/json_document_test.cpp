// SPDX-License-Identifier: MIT
// Which texts a Document accepts and which it refuses: RFC 8259 with JavaScript's extensions
// and our limits.
#include "codec/json/document.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace {

using namespace std::string_literals;
using socketio::Bytes;
using socketio::json;
using socketio::Value;
using socketio::codec::Document;
using socketio::codec::JsonErrc;
using socketio::codec::JsonLimits;

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string nested(std::size_t depth) { return repeat("[", depth) + "1" + repeat("]", depth); }

std::string text_of(Document& document, std::string_view text) {
  const auto value = document.parse(text);
  if (!value) return "refused";
  std::string out;
  value->append_text(out);
  return out;
}

TEST(JsonDocument, RefusesWhatIsNoJson) {
  const std::vector<std::string> texts = {
      "",
      " ",
      "NaN",
      "Infinity",
      "-Infinity",
      "undefined",
      "01",
      "-01",
      "+1",
      ".5",
      "5.",
      "1e",
      "1e+",
      "0x10",
      "-",
      "[1,]",
      "{\"a\":1,}",
      "[,1]",
      "[1 2]",
      "{\"a\" 1}",
      "{a:1}",
      "{'a':1}",
      "'a'",
      "[1]//c",
      "/*c*/[1]",
      "[1]x",
      "[1][2]",
      "[1",
      "1]",
      "{\"a\":1",
      "{\"a\"}",
      "{1:2}",
      "\"a",
      "\"\\x41\"",
      "\"\\u12\"",
      "\"\\u12g4\"",
      "\"\\ud8zz\"",
      "\"\\udcg0\"",
      "\"a\nb\"",
      "\"a\tb\"",
      "\"\x01\"",
      "\"a\0b\""s,
      "[1]\0"s,
      "\0"s,
      "\"\xff\"",
      "\"\xc0\x80\"",
      "\"\xed\xa0\x80\"",
      "\"\xf4\x90\x80\x80\"",
      "\"\xe2\x82\"",
      "\xef\xbb\xbf[1]",
      "True",
      "nul",
      "nullx",
      "tru",
      "[1]\xc2\xa0",
      "\\u0031",
      "[\"a\"\\u0031]",
  };
  Document document;
  for (const std::string& text : texts) {
    const auto value = document.parse(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error(), JsonErrc::syntax) << text;
  }
}

TEST(JsonDocument, NumbersBeyondDoubleReadAsInfiniteAndKeepTheirText) {
  const std::string digits(400, '9');
  Document document;
  for (const std::string& text : {"1e999"s, "1.8e308"s, "-1e999"s, "1E+400"s, "0.00001e400"s,
                                  "1e99999999999999999999"s, digits, "-" + digits, digits + ".5",
                                  digits + "e-10", "20" + std::string(307, '0') + "e0"}) {
    const auto value = document.parse(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(value->kind(), Value::Kind::number);
    double number = 0;
    ASSERT_TRUE(value->get(number));
    EXPECT_EQ(number, (text[0] == '-' ? -1 : 1) * std::numeric_limits<double>::infinity()) << text;
    std::int64_t integer = 0;
    std::uint64_t unsigned_integer = 0;
    EXPECT_FALSE(value->get(integer)) << text;
    EXPECT_FALSE(value->get(unsigned_integer)) << text;
    EXPECT_EQ(value->to_json(), json(number)) << text;
    EXPECT_EQ(text_of(document, "[" + text + ",{\"a\":" + text + "}]"),
              "[" + text + ",{\"a\":" + text + "}]");
  }
}

TEST(JsonDocument, NumbersBesideThoseBeyondDoubleStayAsTheyAre) {
  Document document;
  EXPECT_EQ(
      text_of(document, R"([1,"1e999 \"1e999",-2.5,1e999,18446744073709551616,{"1e999":-1e999},)"
                        R"(18446744073709551615,1.7976931348623157e308,true,7])"),
      R"([1,"1e999 \"1e999",-2.5,1e999,18446744073709552000,{"1e999":-1e999},)"
      R"(18446744073709551615,1.7976931348623157e+308,true,7])");
  EXPECT_EQ(text_of(document, "[1]"), "[1]");
}

TEST(JsonDocument, NumbersTooSmallForADoubleAreZero) {
  Document document;
  for (const std::string& text :
       {"1e-999"s, "1e-99999999999999999999"s, "0e999"s, "0.0e+400"s, "0e99999999999999999999"s,
        "0." + std::string(400, '0') + "1", "0." + std::string(800, '0') + "1e400"}) {
    EXPECT_EQ(text_of(document, "[" + text + ",1e999]"), "[0,1e999]") << text;
  }
}

TEST(JsonDocument, WhatIsNoNumberIsNoneBeyondDouble) {
  Document document;
  for (const std::string text :
       {"01e999", "+1e999", "1.e999", ".1e999", "1e999.5", "1e999e1", "1e+", "--1e999", "1e999-1",
        "-e999", "1e9 99", "1e999x", "0x1e999", "1e99+9"}) {
    EXPECT_EQ(text_of(document, text), "refused") << text;
    EXPECT_EQ(text_of(document, "[" + text + "]"), "refused") << text;
    EXPECT_EQ(text_of(document, "[1e999," + text + "]"), "refused") << text;
  }
}

TEST(JsonDocument, TakesBlanksAndAnyValueAtTheTop) {
  Document document;
  EXPECT_EQ(text_of(document, " \t\r\n[ 1 , 2 ] \n"), "[1,2]");
  EXPECT_EQ(text_of(document, "null"), "null");
  EXPECT_EQ(text_of(document, "\"a\""), "\"a\"");
  EXPECT_EQ(text_of(document, "7"), "7");
  EXPECT_EQ(text_of(document, "true"), "true");
  EXPECT_EQ(text_of(document, "{}"), "{}");
  EXPECT_EQ(text_of(document, "[]"), "[]");
}

TEST(JsonDocument, KeepsIntegersExactly) {
  Document document;
  for (const std::string text :
       {"0", "9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "18446744073709551615"}) {
    EXPECT_EQ(text_of(document, text), text);
  }
  EXPECT_EQ(text_of(document, "-0"), "0");
}

TEST(JsonDocument, ReadsLongerIntegersAsDoubles) {
  Document document;
  const struct {
    std::string text;
    double value;
  } cases[] = {
      {"18446744073709551616", 18446744073709551616.0},
      {"-9223372036854775809", -9223372036854775808.0},
      {"-18446744073709551615", -18446744073709551616.0},
      {"100000000000000000000", 1e20},
      {"1" + std::string(308, '0'), 1e308},
      {"123456789012345678901234567890", 123456789012345678901234567890.0},
  };
  for (const auto& sample : cases) {
    const auto value = document.parse(sample.text);
    ASSERT_TRUE(value) << sample.text;
    double number = 0;
    ASSERT_TRUE(value->get(number));
    EXPECT_EQ(number, sample.value);
    EXPECT_EQ(value->kind(), Value::Kind::number);
  }
}

TEST(JsonDocument, WidensOnlyTheIntegersThatNeedIt) {
  Document document;
  EXPECT_EQ(text_of(document,
                    R"({"18446744073709551616":[18446744073709551616,18446744073709551615,-5,)"
                    R"("a\"99999999999999999999",9223372036854775807,0.12345678901234567890123,)"
                    R"(123456789012345678901.5,12345678901234567890123e-3,1e+20]})"),
            R"({"18446744073709551616":[18446744073709552000,18446744073709551615,-5,)"
            R"("a\"99999999999999999999",9223372036854775807,0.12345678901234568,)"
            R"(123456789012345680000,12345678901234567000,100000000000000000000]})");
  EXPECT_EQ(text_of(document, "[18446744073709551616,01]"), "refused");
  EXPECT_EQ(text_of(document, "[018446744073709551616]"), "refused");
  EXPECT_EQ(text_of(document, "[18446744073709551616x]"), "refused");
  EXPECT_EQ(text_of(document, "[18446744073709551616,\"\\ud800\"]"),
            "[18446744073709552000,\"\xef\xbf\xbd\"]");
}

TEST(JsonDocument, ReplacesLoneSurrogates) {
  const std::string replaced = "\xef\xbf\xbd";
  const struct {
    std::string text;
    std::string value;
  } cases[] = {
      {R"("\ud800")", replaced},
      {R"("\uDBFF")", replaced},
      {R"("\udc00")", replaced},
      {R"("\uDFFF")", replaced},
      {R"("a\ud800b")", "a" + replaced + "b"},
      {R"("\ud83d\ude00")", "\xf0\x9f\x98\x80"},
      {R"("\uD83D\uDE00")", "\xf0\x9f\x98\x80"},
      {R"("\ud800\ud83d\ude00")", replaced + "\xf0\x9f\x98\x80"},
      {R"("\ud83d\ude00\ude00")", "\xf0\x9f\x98\x80" + replaced},
      {R"("\ude00\ud83d")", replaced + replaced},
      {R"("\ud83d\\ude00")", replaced + "\\ude00"},
      {R"("\\ud800")", "\\ud800"},
      {R"("\\\ud800")", "\\" + replaced},
      {R"("\ud7ff\ue000")", "\xed\x9f\xbf\xee\x80\x80"},
      {R"("\u0000")", "\0"s},
      {R"("a\u0000b")", "a\0b"s},
  };
  Document document;
  for (const auto& sample : cases) {
    const auto value = document.parse(sample.text);
    ASSERT_TRUE(value) << sample.text;
    std::string_view text;
    ASSERT_TRUE(value->get(text));
    EXPECT_EQ(text, sample.value) << sample.text;
  }
  const auto key = document.parse(R"({"\ud800":1})");
  ASSERT_TRUE(key);
  Value member;
  EXPECT_TRUE(key->find(replaced, member));
}

TEST(JsonDocument, TheLastDuplicateWins) {
  Document document;
  const auto value = document.parse(R"({"a":1,"b":2,"a":3})");
  ASSERT_TRUE(value);
  Value member;
  std::int64_t number = 0;
  ASSERT_TRUE(value->find("a", member) && member.get(number));
  EXPECT_EQ(number, 3);
  EXPECT_EQ(value->to_json(), (json{{"a", 3}, {"b", 2}}));
}

TEST(JsonDocument, LimitsDepth) {
  Document document;
  EXPECT_TRUE(document.parse(nested(128)));
  for (const std::size_t depth : {129u, 1'000u, 10'000u, 400'000u}) {
    const auto value = document.parse(nested(depth));
    ASSERT_FALSE(value) << depth;
    EXPECT_EQ(value.error(), JsonErrc::too_deep);
  }
  EXPECT_FALSE(document.parse(repeat("[", 1'000'000)));
  EXPECT_FALSE(document.parse(repeat("{\"a\":", 200'000)));
  EXPECT_TRUE(document.parse(repeat("{\"a\":", 128) + "1" + repeat("}", 128)));
  EXPECT_FALSE(document.parse(repeat("{\"a\":", 129) + "1" + repeat("}", 129)));

  Document shallow(JsonLimits{.depth = 2});
  EXPECT_TRUE(shallow.parse("[[1]]"));
  EXPECT_FALSE(shallow.parse("[[[1]]]"));
  EXPECT_TRUE(shallow.parse("[[1],{\"a\":1},[2]]"));
}

TEST(JsonDocument, LimitsNodes) {
  const auto numbers = [](std::size_t count) { return "[1" + repeat(",1", count - 1) + "]"; };
  Document document;
  EXPECT_TRUE(document.parse(numbers(499'999)));
  const auto over = document.parse(numbers(500'000));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error(), JsonErrc::too_many_nodes);
  EXPECT_FALSE(document.parse("{\"\":1" + repeat(",\"\":1", 250'000) + "}"));
  EXPECT_FALSE(document.parse("[[]" + repeat(",[]", 500'000) + "]"));
  EXPECT_FALSE(document.parse("[\"\"" + repeat(",\"\"", 500'000) + "]"));

  Document small(JsonLimits{.nodes = 5});
  EXPECT_TRUE(small.parse(R"({"a":1,"b":2})"));
  EXPECT_FALSE(small.parse(R"({"a":1,"b":[2]})"));
  EXPECT_TRUE(small.parse("[1,2,[3]]"));
  EXPECT_FALSE(small.parse("[1,2,[3,4]]"));
  EXPECT_TRUE(small.parse("\"a long text is one node, however long\""));
}

TEST(JsonDocument, NoTextIsTooShortForTheNodeLimit) {
  // Texts with as many nodes as their length allows.
  for (std::size_t count = 2; count < 40; ++count) {
    Document document(JsonLimits{.nodes = count});
    EXPECT_TRUE(document.parse("[1" + repeat(",1", count - 2) + "]")) << count;
    EXPECT_FALSE(document.parse("[1" + repeat(",1", count - 1) + "]")) << count;
    EXPECT_TRUE(document.parse(nested(count - 1))) << count;
    EXPECT_FALSE(document.parse(nested(count))) << count;
  }
}

TEST(JsonDocument, MemoryIsReusedAndGivenBackWithoutHarm) {
  Document document;
  const std::string huge = "[\"" + std::string(900'000, 'x') + "\"]";
  for (int round = 0; round < 40; ++round) {
    ASSERT_EQ(text_of(document, huge), huge);
    if (round % 2 == 1) document.give_back_large();
    for (int small = 0; small < round; ++small) {
      const std::string text = "[" + std::to_string(small) + "]";
      ASSERT_EQ(text_of(document, text), text);
      document.give_back_large();
    }
  }
}

TEST(JsonDocument, EveryLengthNearBlockBordersParses) {
  Document document;
  for (std::size_t length = 0; length < 300; ++length) {
    const std::string text = "\"" + std::string(length, 'x') + "\"";
    ASSERT_EQ(text_of(document, text), text);
    ASSERT_FALSE(document.parse(text.substr(0, text.size() - 1)));
  }
}

TEST(JsonDocument, EveryPrefixOfAnEventIsRefused) {
  const std::string text =
      R"(["chat",{"from":"\ud83d\ude00","n":[1,-2.5e3,18446744073709551616],"t":true}])";
  Document document;
  EXPECT_TRUE(document.parse(text));
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(document.parse(text.substr(0, length))) << length;
  }
}

TEST(JsonPlaceholder, ReadsAsBinaryAnywhere) {
  const std::vector<Bytes> attachments = {{1, 2, 3}, {}};
  Document document;
  const auto value = document.parse(
      R"(["e",{"a":{"_placeholder":true,"num":0},"b":[[{"num":1,"_placeholder":true}]]},)"
      R"({"_placeholder":true,"num":0.0}])",
      attachments);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->to_json(), (json::array({"e",
                                            {{"a", json::binary({1, 2, 3})},
                                             {"b", json::array({json::array({json::binary({})})})}},
                                            json::binary({1, 2, 3})})));
}

TEST(JsonPlaceholder, MustNameAnAttachment) {
  const std::vector<Bytes> attachments(2);
  Document document;
  for (const std::string num : {"2", "-1", "1.5", "1e3", "\"0\"", "\"splice\"", "null", "true",
                                "[0]", "{}", "18446744073709551616", "-0.5"}) {
    for (const std::string& text :
         {R"({"_placeholder":true,"num":)" + num + "}",
          R"(["e",[{"a":{"num":)" + num + R"(,"_placeholder":true}}]])"}) {
      const auto value = document.parse(text, attachments);
      ASSERT_FALSE(value) << text;
      EXPECT_EQ(value.error(), JsonErrc::invalid_placeholder) << text;
      EXPECT_TRUE(document.parse(text)) << "an ordinary object where nothing is attached: " << text;
    }
  }
  EXPECT_FALSE(document.parse(R"({"_placeholder":true})", attachments));
  EXPECT_FALSE(document.parse(R"({"_placeholder":true,"num":0,"num":7})", attachments));
  EXPECT_TRUE(document.parse(R"({"_placeholder":true,"num":7,"num":1})", attachments));
  EXPECT_TRUE(document.parse(R"({"_placeholder":true,"num":1})", attachments));
}

TEST(JsonPlaceholder, OnlyTrueMarksOne) {
  const std::vector<Bytes> attachments(1);
  Document document;
  for (const std::string mark : {"false", "1", "\"true\"", "null", "[true]"}) {
    const auto value = document.parse(R"({"_placeholder":)" + mark + R"(,"num":9})", attachments);
    ASSERT_TRUE(value) << mark;
    EXPECT_EQ(value->kind(), Value::Kind::object);
  }
  const auto replaced =
      document.parse(R"({"_placeholder":true,"_placeholder":false,"num":9})", attachments);
  ASSERT_TRUE(replaced);
  EXPECT_EQ(replaced->kind(), Value::Kind::object);
}

TEST(JsonPlaceholder, IsAnOrdinaryObjectWithoutAttachments) {
  Document document;
  const std::string text = R"({"_placeholder":true,"num":0})";
  const auto value = document.parse(text);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->kind(), Value::Kind::object);
  EXPECT_EQ(value->size(), 2u);
  EXPECT_EQ(value->to_json(), json::parse(text));
}

}  // namespace
