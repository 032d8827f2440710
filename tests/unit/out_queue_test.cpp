// SPDX-License-Identifier: MIT
#include "base/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {
namespace {

SharedBytes shared(std::size_t size, char fill) {
  return std::make_shared<const std::string>(size, fill);
}

std::vector<std::string_view> pieces(const OutQueue& queue) {
  std::vector<std::string_view> all;
  queue.for_each([&](std::string_view piece) {
    all.push_back(piece);
    return true;
  });
  return all;
}

std::string content(const OutQueue& queue) {
  std::string all;
  for (const auto piece : pieces(queue)) all.append(piece);
  return all;
}

TEST(OutQueue, IsEmptyAtFirst) {
  OutQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.one_piece(), "");
  EXPECT_TRUE(pieces(queue).empty());
  queue.consume(0);
  EXPECT_TRUE(queue.empty());
}

TEST(OutQueue, KeepsALonePieceByReferenceHoweverSmall) {
  OutQueue queue;
  const auto small = shared(10, 'a');
  queue.append_shared(small);
  EXPECT_EQ(small.use_count(), 2);
  ASSERT_TRUE(queue.one_piece());
  EXPECT_EQ(queue.one_piece()->data(), small->data());
  queue.consume(4);
  EXPECT_EQ(content(queue), "aaaaaa");
  queue.tail().append("b");
  queue.append_shared(small);
  EXPECT_EQ(content(queue), "aaaaaabaaaaaaaaaa");
  queue.consume(queue.size());
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(small.use_count(), 1);
}

TEST(OutQueue, CopiesSharedPiecesUpToTheLimitBehindOthers) {
  OutQueue queue;
  queue.tail().append("head");
  const auto small = shared(OutQueue::copy_limit_bytes, 'a');
  queue.append_shared(small);
  queue.append_shared(small);
  EXPECT_TRUE(queue.one_piece());
  EXPECT_EQ(small.use_count(), 1);
  EXPECT_EQ(queue.size(), 4 + 2 * OutQueue::copy_limit_bytes);
}

TEST(OutQueue, KeepsLargerOnesByReferenceInOrder) {
  OutQueue queue;
  const auto large = shared(OutQueue::copy_limit_bytes + 1, 'b');
  queue.tail().append("before");
  queue.append_shared(large);
  queue.tail().append("after");
  EXPECT_EQ(large.use_count(), 2);
  EXPECT_FALSE(queue.one_piece());
  const auto all = pieces(queue);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0], "before");
  EXPECT_EQ(all[1].data(), large->data());
  EXPECT_EQ(all[2], "after");
  EXPECT_EQ(queue.size(), 6 + large->size() + 5);
  queue.consume(6 + large->size());
  EXPECT_EQ(large.use_count(), 1);
  EXPECT_EQ(content(queue), "after");
}

TEST(OutQueue, TheUserOfPiecesMayStop) {
  OutQueue queue;
  queue.append_shared(shared(5'000, 'a'));
  queue.append_shared(shared(5'000, 'b'));
  queue.tail().append("tail");
  int count = 0;
  queue.for_each([&](std::string_view) { return ++count < 2; });
  EXPECT_EQ(count, 2);
}

TEST(OutQueue, WritingGoesOnBehindATailOfWhichAPartWasTaken) {
  OutQueue queue;
  queue.tail().append("0123456789");
  queue.consume(4);
  queue.tail().append("abc");
  EXPECT_EQ(content(queue), "456789abc");
  EXPECT_EQ(queue.size(), 9U);
  queue.consume(9);
  EXPECT_TRUE(queue.empty());
}

TEST(OutQueue, KeepsNoMemoryOnceAllIsTaken) {
  OutQueue queue;
  queue.tail().append(std::string(100'000, 'x'));
  queue.consume(100'000);
  EXPECT_LE(queue.tail().capacity(), std::string().capacity());
  queue.tail().append(std::string(100'000, 'x'));
  queue.clear();
  EXPECT_LE(queue.tail().capacity(), std::string().capacity());
}

TEST(OutQueue, ClearLetsGoOfEverything) {
  OutQueue queue;
  const auto large = shared(10'000, 'c');
  queue.append_shared(large);
  queue.tail().append("x");
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(large.use_count(), 1);
}

class OutQueueModel : public testing::TestWithParam<unsigned> {};

TEST_P(OutQueueModel, BehavesLikeAString) {
  std::mt19937 random(GetParam());
  OutQueue queue;
  std::string model;
  char fill = 'a';
  for (int i = 0; i < 4'000; ++i) {
    fill = fill == 'z' ? 'a' : static_cast<char>(fill + 1);
    const std::size_t size = 1 + random() % (2 * OutQueue::copy_limit_bytes);
    switch (random() % 5) {
      case 0:
        queue.tail().append(std::string(size % 100, fill));
        model.append(size % 100, fill);
        break;
      case 1:
        queue.append_shared(shared(size, fill));
        model.append(size, fill);
        break;
      case 2:
        queue.consume(model.size());
        model.clear();
        break;
      default: {
        const std::size_t count =
            std::min(model.size(), static_cast<std::size_t>(random() % 6'000));
        queue.consume(count);
        model.erase(0, count);
      }
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.empty(), model.empty());
    ASSERT_EQ(content(queue), model);
    ASSERT_EQ(queue.one_piece().has_value(), pieces(queue).size() <= 1);
    ASSERT_EQ(queue.one_piece().value_or(model), model);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, OutQueueModel, testing::Range(1U, 11U));

}  // namespace
}  // namespace socketio
