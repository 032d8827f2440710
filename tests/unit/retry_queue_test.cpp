// SPDX-License-Identifier: MIT
#include "core/client/retry_queue.hpp"

#include "core/client/send_buffer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::core {
namespace {

using Outcome = RetryQueue::Outcome;

void push(RetryQueue& queue, const std::string& text) { queue.push(text, {}, {}, nullptr); }

TEST(RetryQueue, OneAtATimeInOrder) {
  RetryQueue queue(3);
  EXPECT_EQ(queue.next(), nullptr);
  push(queue, "a");
  push(queue, "b");
  const auto* const first = queue.next();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->text, "a");
  EXPECT_EQ(queue.next(), nullptr) << "the first is on its way";
  const auto ended = queue.complete(first->number, Outcome::acknowledged);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->text, "a");
  ASSERT_NE(queue.next(), nullptr);
}

TEST(RetryQueue, TriesOnceAndThenAsOftenAsSaid) {
  RetryQueue queue(2);
  push(queue, "a");
  for (int attempt = 1; attempt <= 2; ++attempt) {
    const auto* const head = queue.next();
    ASSERT_NE(head, nullptr);
    EXPECT_FALSE(queue.complete(head->number, Outcome::failed)) << attempt;
  }
  const auto* const head = queue.next();
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(head->tries, 3U);
  EXPECT_TRUE(queue.complete(head->number, Outcome::failed)) << "1 + 2 times";
  EXPECT_TRUE(queue.empty());
}

TEST(RetryQueue, WhatIsHopelessIsNotTriedAgain) {
  RetryQueue queue(3);
  push(queue, "a");
  EXPECT_TRUE(queue.complete(queue.next()->number, Outcome::hopeless));
  EXPECT_TRUE(queue.empty());
}

// Both copies of an event are acknowledged.
TEST(RetryQueue, AHeadLeavesOnceHoweverOftenItIsAcknowledged) {
  RetryQueue queue(3);
  push(queue, "a");
  push(queue, "b");
  const auto number = queue.next()->number;
  EXPECT_TRUE(queue.complete(number, Outcome::acknowledged));
  EXPECT_FALSE(queue.complete(number, Outcome::acknowledged));
  EXPECT_FALSE(queue.complete(number, Outcome::failed));
  const auto* const second = queue.next();
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->text, "b");
}

TEST(RetryQueue, CountsItsBytes) {
  RetryQueue queue(0);
  queue.push("abc", {Bytes(10)}, {}, nullptr);
  EXPECT_EQ(queue.size_bytes(), event_bytes("abc", {Bytes(10)}));
  const auto number = queue.next()->number;
  queue.complete(number, Outcome::failed);
  EXPECT_EQ(queue.size_bytes(), 0U);
}

}  // namespace
}  // namespace socketio::core
