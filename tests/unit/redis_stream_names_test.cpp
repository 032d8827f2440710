// SPDX-License-Identifier: MIT
// Which stream a namespace has: what hashCode() and computeStreamName() of
// @socket.io/redis-streams-adapter 0.3.1 say.
#include "redis/stream_names.hpp"

#include <socketio/redis.hpp>
#include <socketio/redis_emitter.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace socketio::redis {
namespace {

std::string number_of(const std::string& nsp, std::size_t count) {
  return stream_of(nsp, "", count).substr(1);
}

TEST(RedisStreamNames, OneStreamHasTheNameItself) {
  EXPECT_EQ(stream_of("/", "socket.io", 1), "socket.io");
  EXPECT_EQ(stream_of("/notifications", "socket.io", 1), "socket.io");
}

TEST(RedisStreamNames, OfSeveralTheHashOfTheNamespaceDecides) {
  EXPECT_EQ(stream_of("/", "socket.io", 3), "socket.io-2");
  EXPECT_EQ(stream_of("/custom", "socket.io", 2), "socket.io-0");
  EXPECT_EQ(number_of("/", 1'000), "47");
  EXPECT_EQ(number_of("/custom", 1'000), "944");
  EXPECT_EQ(number_of("/dynamic-1", 1'000), "196");
  EXPECT_EQ(number_of("/admin", 1'000), "848");
}

TEST(RedisStreamNames, ANegativeHashHasANegativeNumber) {
  EXPECT_EQ(stream_of("/notifications", "socket.io", 3), "socket.io--2");
  EXPECT_EQ(number_of("/notifications", 2), "-1");
  EXPECT_EQ(number_of("/dynamic-1000", 2), "0");
  EXPECT_EQ(number_of("/notifications", 1'000), "-871");
  EXPECT_EQ(number_of('/' + std::string(100, 'x'), 1'000), "-433");
}

TEST(RedisStreamNames, CharactersCountAsJavaScriptHasThem) {
  EXPECT_EQ(number_of("/ü€𝄞", 1'000), "17");
  EXPECT_EQ(number_of("/€", 1'000), "821");
  EXPECT_EQ(number_of("/𝄞", 1'000), "561");
}

TEST(RedisStreamNames, TextThatIsNoUtf8HasAStream) {
  for (const std::string nsp : {"/\xff", "/\xf0\x9f", "/\x80", ""})
    EXPECT_TRUE(stream_of(nsp, "s", 3).starts_with("s-")) << nsp;
}

TEST(RedisStreamNames, ThereAreSomeAndNotTooMany) {
  EXPECT_NO_THROW(redis_streams_adapter({.stream_count = stream_count_limit}));
  for (const std::size_t count : {std::size_t{0}, stream_count_limit + 1})
    EXPECT_THROW(redis_streams_adapter({.stream_count = count}), std::invalid_argument) << count;
  EXPECT_THROW(redis_streams_emitter({.stream_count = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace socketio::redis
