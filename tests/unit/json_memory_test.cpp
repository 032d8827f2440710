// SPDX-License-Identifier: MIT
// The memory of parsing: a bounded multiple of a large text while its values are used, and almost
// nothing afterwards. This program counts every allocation, so it tests nothing else.
#include "codec/json/document.hpp"
#include "support/counted_allocations.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace socketio::support {
namespace {

using codec::Document;

std::string many(std::string_view item, std::size_t bytes) {
  std::string text = "[";
  while (text.size() < bytes) text.append(item).append(",");
  text.back() = ']';
  return text;
}

/// The most memory that `text` takes while it is parsed, and then while its values are used.
struct Cost {
  std::size_t peak;
  std::size_t held;
  std::size_t left;
};

Cost cost_of(Document& document, const std::string& text) {
  const std::size_t before = live_bytes;
  peak_bytes = live_bytes;
  EXPECT_TRUE(document.parse(text));
  Cost cost{peak_bytes - before, live_bytes - before, 0};
  document.give_back_large();
  cost.left = live_bytes - std::min(before, live_bytes);
  return cost;
}

// For each character of the text, the tree needs 8 bytes, simdjson's index 4, strings up to 5/3,
// and the copy of the text 1.
TEST(JsonMemory, ALargeTextTakesABoundedMultipleOfItsSize) {
  Document document;
  for (const char* item : {"1", "[]", "\"\"", "\"some longer text\"", "{\"a\":1}", "1.5e3"}) {
    const std::string text = many(item, 900'000);
    const Cost cost = cost_of(document, text);
    EXPECT_LE(cost.peak, 15 * text.size()) << item;
    EXPECT_LE(cost.held, 10 * text.size()) << item;
    EXPECT_LE(cost.left, 10'000U) << item;
  }
}

TEST(JsonMemory, ALargeTextIsGivenBackByTheNextOneAtTheLatest) {
  Document document;
  cost_of(document, "[1]");
  const std::size_t before = live_bytes;
  ASSERT_TRUE(document.parse(many("1", 900'000)));
  ASSERT_TRUE(document.parse("[1]"));
  EXPECT_LE(live_bytes, before);
}

TEST(JsonMemory, SmallTextsAllocateNothingOnceWarm) {
  Document document;
  const std::string text = many("[1]", 60'000);
  ASSERT_TRUE(document.parse(text));
  document.give_back_large();
  allocated_since_reset = 0;
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(document.parse(text));
    ASSERT_TRUE(document.parse("[1]"));
    document.give_back_large();
  }
  EXPECT_EQ(allocated_since_reset, 0U);
}

TEST(JsonMemory, NumbersBeyondDoubleCostACopyOfTheTextMore) {
  Document document;
  const std::string text = many("1e999", 900'000);
  const Cost cost = cost_of(document, text);
  EXPECT_LE(cost.peak, 17 * text.size());
  EXPECT_LE(cost.left, 10'000U);
}

}  // namespace
}  // namespace socketio::support
