// SPDX-License-Identifier: MIT
#include "core/client/send_buffer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace socketio::core {
namespace {

TEST(SendBuffer, GivesBackInOrderAndCountsBytes) {
  SendBuffer buffer;
  buffer.push({std::nullopt, "a", {}, Compress::yes});
  buffer.push({std::uint64_t{4}, "b", {Bytes(100)}, Compress::no});
  EXPECT_EQ(buffer.size_bytes(), event_bytes("a", {}) + event_bytes("b", {Bytes(100)}));
  EXPECT_EQ(buffer.pop()->text, "a");
  const auto second = buffer.pop();
  EXPECT_EQ(second->text, "b");
  EXPECT_EQ(second->compress, Compress::no);
  EXPECT_EQ(buffer.size_bytes(), 0U);
  EXPECT_FALSE(buffer.pop());
}

TEST(SendBuffer, ForgetsWhatTimedOut) {
  SendBuffer buffer;
  for (const std::uint64_t id : {1U, 2U, 5U}) buffer.push({id, "x", {}, Compress::yes});
  buffer.push({std::nullopt, "y", {}, Compress::yes});
  buffer.remove(2);
  buffer.remove(3);
  EXPECT_THAT(buffer.ids(), testing::ElementsAre(1U, 5U));
  EXPECT_EQ(buffer.size_bytes(), 2 * event_bytes("x", {}) + event_bytes("y", {}));
}

}  // namespace
}  // namespace socketio::core
