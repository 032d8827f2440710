// SPDX-License-Identifier: MIT
// Slots of a Redis Cluster: of keys, in redirections, and in what CLUSTER SLOTS answers.
#include "redis/slots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace socketio::redis {
namespace {

using Array = Reply::Array;

std::string described(const Endpoint& endpoint) {
  return (endpoint.secure ? "tls " : "") + endpoint.host + ' ' + std::to_string(endpoint.port);
}
const Endpoint asked{"asked.example", 7000};

Reply server(const std::string& host, std::int64_t port) {
  return Array{Reply(host), Reply(port), Reply(std::string("id"))};
}

TEST(RedisSlots, AreThoseOfRedis) {
  // CLUSTER KEYSLOT says the same.
  EXPECT_EQ(slot_of("123456789"), 12'739);
  EXPECT_EQ(slot_of(""), 0);
  EXPECT_EQ(slot_of("foo"), 12'182);
  EXPECT_EQ(slot_of("somekey"), 11'058);
  EXPECT_EQ(slot_of(std::string("\0\xff", 2)), slot_of(std::string("{\0\xff}tail", 8)));
}

TEST(RedisSlots, OnlyTheFirstHashTagCounts) {
  EXPECT_EQ(slot_of("foo{hash_tag}"), 2'515);
  EXPECT_EQ(slot_of("{hash_tag}{foo}"), 2'515);
  EXPECT_EQ(slot_of("foo{}{bar}"), 8'363);
  EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
  EXPECT_NE(slot_of("a{b"), slot_of("b"));
}

TEST(RedisSlots, ARedirectionNamesTheOtherServer) {
  const auto moved = redirection_in("MOVED 3999 127.0.0.1:6381", asked);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->kind, Redirection::Kind::moved);
  EXPECT_EQ(moved->slot, 3'999);
  EXPECT_EQ(described(moved->endpoint), "127.0.0.1 6381");
  const auto ask = redirection_in("ASK 0 ::1:6381", {"asked.example", 7000, true});
  ASSERT_TRUE(ask);
  EXPECT_EQ(ask->kind, Redirection::Kind::ask);
  EXPECT_EQ(described(ask->endpoint), "tls ::1 6381");
  const auto same_host = redirection_in("MOVED 16383 :6381", asked);
  ASSERT_TRUE(same_host);
  EXPECT_EQ(described(same_host->endpoint), "asked.example 6381");
}

TEST(RedisSlots, WhatIsNoRedirectionIsNone) {
  for (const char* const error :
       {"", "MOVED", "MOVED 1", "MOVED x 127.0.0.1:1", "MOVED 16384 127.0.0.1:1", "MOVED -1 a:1",
        "MOVED 1 127.0.0.1", "MOVED 1 a:0", "MOVED 1 a:65536", "MOVED 1 a:", "MOVED 1 ?:1",
        "ERR MOVED 1 a:1", "CLUSTERDOWN The cluster is down"}) {
    EXPECT_FALSE(redirection_in(error, asked)) << error;
  }
}

TEST(RedisSlots, AMapHasRangesWithMastersAndReplicas) {
  const auto ranges = slot_ranges_in(
      Array{Array{Reply(0), Reply(5'460), server("10.0.0.1", 1), server("10.0.0.2", 2)},
            Array{Reply(5'461), Reply(16'383), server("", 3)}},
      asked);
  ASSERT_TRUE(ranges);
  ASSERT_EQ(ranges->size(), 2U);
  EXPECT_EQ(ranges->front().last, 5'460);
  EXPECT_EQ(described(ranges->front().master), "10.0.0.1 1");
  ASSERT_EQ(ranges->front().replicas.size(), 1U);
  EXPECT_EQ(described(ranges->front().replicas.front()), "10.0.0.2 2");
  EXPECT_EQ(described(ranges->back().master), "asked.example 3");
}

TEST(RedisSlots, OfAMapWhatIsNoRangeIsLeftOut) {
  const Array good{Reply(7), Reply(7), server("a", 1), Reply(1)};
  const auto ranges = slot_ranges_in(
      Array{Reply(1), Array{}, Array{Reply(1), Reply(2)}, Array{Reply(2), Reply(1), server("a", 1)},
            Array{Reply(-1), Reply(1), server("a", 1)},
            Array{Reply(0), Reply(16'384), server("a", 1)},
            Array{Reply(0), Reply(1), server("a", 0)},
            Array{Reply(0), Reply(1), server("a", 65'536)},
            Array{Reply(0), Reply(1), server("?", 1)}, good},
      asked);
  ASSERT_TRUE(ranges);
  ASSERT_EQ(ranges->size(), 1U);
  EXPECT_EQ(ranges->front().first, 7);
  EXPECT_TRUE(ranges->front().replicas.empty());
  EXPECT_FALSE(slot_ranges_in(Reply(Reply::Error{"ERR no"}), asked));
  EXPECT_FALSE(slot_ranges_in(Reply(), asked));
}

}  // namespace
}  // namespace socketio::redis
