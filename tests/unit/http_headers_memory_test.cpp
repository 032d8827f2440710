// SPDX-License-Identifier: MIT
// Headers without memory for another field: what is there stays. This program fails allocations, so it
// tests nothing else.
#include "codec/http/message.hpp"
#include "support/failing_allocations.hpp"

#include <gtest/gtest.h>

#include <new>
#include <string>

namespace socketio::support {
namespace {

TEST(HttpHeadersMemory, AFieldThatDoesNotFitLeavesTheOthers) {
  http::Headers headers;
  headers.add("Upgrade", "websocket");
  headers.add("Content-Type", "text/plain");
  const std::string long_value(1'000, 'x');
  is_under_test = true;
  const FailingAllocation failing(1);
  EXPECT_THROW(headers.add("X-Long", long_value), std::bad_alloc);
  is_under_test = false;
  EXPECT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers.get("upgrade"), "websocket");
  EXPECT_EQ(headers.get("content-type"), "text/plain");
  EXPECT_FALSE(headers.has("X-Long"));
  headers.add("X-Long", long_value);
  EXPECT_EQ(headers.get("x-long"), long_value);
}

}  // namespace
}  // namespace socketio::support
