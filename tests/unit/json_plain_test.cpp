// SPDX-License-Identifier: MIT
// What parse_plain() accepts, it reads as simdjson does, word for word.
#include "codec/json/plain.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::codec {
namespace {

constexpr std::size_t capacity = 4'096;
constexpr std::size_t depth = 16;

struct Tree {
  std::vector<std::uint64_t> words;
  std::string strings;
  friend bool operator==(const Tree&, const Tree&) = default;
};

/// The words, and the strings that they refer to.
Tree tree_of(const simdjson::dom::document& document) {
  constexpr std::uint64_t payload = (std::uint64_t{1} << 56) - 1;
  Tree tree;
  const std::uint64_t* const words = document.tape.get();
  tree.words.assign(words, words + (words[0] & payload));
  std::size_t end = 0;
  for (std::size_t at = 0; at < tree.words.size(); ++at) {
    const auto type = static_cast<char>(words[at] >> 56);
    if (type == 'l' || type == 'u' || type == 'd') ++at;
    if (type != '"') continue;
    const std::uint8_t* const length = document.string_buf.get() + (words[at] & payload);
    std::uint32_t size = 0;
    std::memcpy(&size, length, sizeof(size));
    end = (words[at] & payload) + sizeof(size) + size + 1;
  }
  tree.strings.assign(reinterpret_cast<const char*>(document.string_buf.get()), end);
  return tree;
}

std::optional<Tree> plain_tree(std::string_view text) {
  simdjson::dom::document document;
  EXPECT_EQ(document.allocate(capacity), simdjson::SUCCESS);
  if (!parse_plain(text, depth, document)) return std::nullopt;
  return tree_of(document);
}

std::optional<Tree> simdjson_tree(std::string_view text) {
  simdjson::dom::parser parser;
  // simdjson counts the document as a level.
  EXPECT_EQ(parser.allocate(capacity, depth + 1), simdjson::SUCCESS);
  simdjson::dom::document document;
  if (parser.parse_into_document(document, text.data(), text.size()).error()) return std::nullopt;
  return tree_of(document);
}

TEST(PlainJson, ReadsWhatPacketsConsistOf) {
  const std::string long_text(200, 'x');
  for (const std::string& text : {
           std::string(R"(["chat","hello"])"),
           std::string(R"(["chat",{"from":"ada","text":"hi","at":1700000000000}])"),
           std::string("[]"),
           std::string("{}"),
           std::string(R"([[],{},[[]],{"a":{}},{"":[]}])"),
           std::string("[0,1,-1,-0,9,10,123456789012345678,-123456789012345678]"),
           std::string("[0.5,-0.5,-0.0,1e3,1E3,1e+3,1e-3,1.25e2,123456789012345678.5,5e-324]"),
           std::string(
               "[0.1,0.2,0.30000000000000004,1.7976931348623157e308,2.2250738585072014e-308]"),
           std::string("[true,false,null]"),
           std::string("true"),
           std::string("7"),
           std::string("\"text\""),
           std::string(R"(["a\"b\\c\/d\b\f\n\r\t","\"","\\"])"),
           std::string("[\"Gr\xc3\xbc\xc3\x9f"
                       "e \xf0\x9f\x98\x80\"]"),
           "[\"" + long_text + "\"]",
           "[\"" + long_text + "\\n" + long_text + "\"]",
           R"({"_placeholder":true,"num":0})" + std::string(),
           R"({"a":1,"a":2,"b":[1,{"c":null}]})" + std::string(),
       }) {
    const auto plain = plain_tree(text);
    EXPECT_TRUE(plain) << text;
    EXPECT_EQ(plain, simdjson_tree(text)) << text;
  }
}

TEST(PlainJson, EveryLengthOfString) {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string text = "[\"" + std::string(size, 'a') + "\",1]";
    EXPECT_EQ(plain_tree(text), simdjson_tree(text)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      for (const char* const inside : {"\\n", "\xc3\xa9"}) {
        std::string changed = text;
        changed.replace(2 + at, 1, inside);
        const auto plain = plain_tree(changed);
        EXPECT_TRUE(plain) << changed;
        EXPECT_EQ(plain, simdjson_tree(changed)) << changed;
      }
      std::string cut = text.substr(0, 2 + at);
      EXPECT_FALSE(plain_tree(cut)) << cut;
    }
  }
}

TEST(PlainJson, LeavesTheRestToSimdjson) {
  for (const std::string_view text : {
           "",
           " []",
           "[] ",
           "[1, 2]",
           "[1,]",
           "[,1]",
           "[1",
           "]",
           "[}",
           "{]",
           "{\"a\"}",
           "{\"a\":}",
           "{\"a\":1,}",
           "{1:2}",
           "{\"a\",1}",
           "[01]",
           "[-]",
           "[1.]",
           "[.5]",
           "[1e]",
           "[1e+]",
           "[+1]",
           "[1234567890123456789]",
           "[1e999]",
           "[\"\\u0041\"]",
           "[\"\\x\"]",
           "[\"\\",
           "[\"a",
           "[\"\x1f\"]",
           "[\"\xff\"]",
           "[\"\xed\xa0\x80\"]",
           "[tru]",
           "[truefalse]",
           "[nul",
           "\xef\xbb\xbf[]",
           "[1]2",
           "\"a\"b",
           "tru",
           "-",
           "[1 2]",
           "[\"a\" \"b\"]",
           "NaN",
           "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
       }) {
    EXPECT_FALSE(plain_tree(text)) << text;
  }
}

TEST(PlainJson, DepthIsThatOfSimdjson) {
  for (const std::size_t levels : {depth, depth + 1}) {
    const std::string text = std::string(levels, '[') + '1' + std::string(levels, ']');
    EXPECT_EQ(plain_tree(text).has_value(), levels == depth) << levels;
    EXPECT_EQ(simdjson_tree(text).has_value(), levels == depth) << levels;
  }
}

TEST(PlainJson, RandomTexts) {
  constexpr std::array<std::string_view, 26> pieces{"[",
                                                    "]",
                                                    "{",
                                                    "}",
                                                    ",",
                                                    "\"",
                                                    "\"a\"",
                                                    "\"b\":",
                                                    ":",
                                                    "1",
                                                    "-",
                                                    "0",
                                                    ".5",
                                                    "e1",
                                                    "\\n",
                                                    "\\u",
                                                    "\\\\",
                                                    "true",
                                                    "null",
                                                    "false",
                                                    "x",
                                                    "\xc3\xa9",
                                                    "\xc3",
                                                    " ",
                                                    "\"long enough for a block\"",
                                                    "12345678901234567890"};
  std::mt19937 random(1);
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text = "[";
    const auto count = random() % 12;
    for (unsigned i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
    text += ']';
    const auto plain = plain_tree(text);
    if (!plain) continue;
    ++accepted;
    ASSERT_EQ(plain, simdjson_tree(text)) << text;
  }
  EXPECT_GT(accepted, 1'000);
}

}  // namespace
}  // namespace socketio::codec
