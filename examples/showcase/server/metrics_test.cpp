// SPDX-License-Identifier: MIT
#include "metrics.hpp"

#include <gtest/gtest.h>

namespace showcase {
namespace {

using namespace std::chrono_literals;

constexpr Metrics::Clock::time_point start{};
constexpr std::chrono::system_clock::time_point date{1'700'000'000s};

TEST(Metrics, AreWhatHappenedInASecond) {
  Metrics metrics({.processor = 5s, .memory_bytes = 1}, start);
  for (int i = 0; i < 6; ++i) metrics.count_request();
  for (int i = 0; i < 10; ++i) metrics.count_message();
  const auto sample =
      metrics.sample({.processor = 5500ms, .memory_bytes = 4096}, start + 2s, 3, date);
  EXPECT_EQ(sample.cpu, 25);
  EXPECT_EQ(sample.memory, 4096);
  EXPECT_EQ(sample.activeConnections, 3U);
  EXPECT_EQ(sample.requestsPerSecond, 3);
  EXPECT_EQ(sample.messagesPerSecond, 5);
  EXPECT_EQ(sample.timestamp, 1'700'000'000'000);
}

TEST(Metrics, CountFromTheLastSampleOn) {
  Metrics metrics({}, start);
  metrics.count_request();
  metrics.sample({.processor = 1s, .memory_bytes = 0}, start + 1s, 0, date);
  const auto second =
      metrics.sample({.processor = 1s, .memory_bytes = 0}, start + 2s, 0, date + 1s);
  EXPECT_EQ(second.requestsPerSecond, 0);
  EXPECT_EQ(second.cpu, 0);
}

TEST(Metrics, OfNoTimeAreZero) {
  Metrics metrics({}, start);
  metrics.count_request();
  EXPECT_EQ(metrics.sample({}, start, 0, date).requestsPerSecond, 0);
}

TEST(Metrics, KeepFiveMinutes) {
  Metrics metrics({}, start);
  for (std::size_t i = 1; i <= Metrics::kept + 5; ++i) {
    metrics.sample({}, start + std::chrono::seconds(i), i, date);
  }
  EXPECT_EQ(metrics.history().size(), Metrics::kept);
  EXPECT_EQ(metrics.history().front().activeConnections, 6U);
  EXPECT_EQ(metrics.history().back().activeConnections, Metrics::kept + 5);
}

TEST(Metrics, SeeThisProcess) {
  const auto before = process_usage();
  EXPECT_GT(before.memory_bytes, 1'000'000);
  auto now = before;
  while (now.processor == before.processor) now = process_usage();
  EXPECT_GT(now.processor, before.processor);
}

}  // namespace
}  // namespace showcase
