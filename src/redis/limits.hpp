// SPDX-License-Identifier: MIT
// Limits and Times: what a connection to Redis keeps at most, and for how long.
#pragma once

#include <chrono>
#include <cstddef>

namespace socketio::redis {

struct Limits {
  /// Commands that wait while Redis is away or slow. What exceeds them is dropped and counted: 30 s
  /// of a busy server's broadcasts would be of no use to anybody.
  std::size_t waiting_commands = 10'000;
  std::size_t waiting_bytes = 16 * 1024 * 1024;
  /// Commands that were sent and are not answered yet. The next ones wait. Enough to fill a network
  /// with a delay of 100 ms at 10,000 commands a second.
  std::size_t unanswered_commands = 1'000;
  std::size_t unanswered_bytes = 4 * 1024 * 1024;
  /// One reply or message, all its strings together. A message carries one broadcast.
  std::size_t reply_bytes = 64 * 1024 * 1024;
  /// Elements of one reply, nested ones included.
  std::size_t reply_elements = 1024 * 1024;
};

struct Times {
  /// From the first look-up of the name to the last answer of the greeting.
  std::chrono::milliseconds connecting{10'000};
  /// How long Redis may owe an answer, counted from when all earlier ones were given. Then the
  /// connection is considered dead.
  std::chrono::milliseconds answer{5'000};
  /// After such a silence a PING is sent, which has to be answered in time.
  std::chrono::milliseconds silence{5'000};
  /// How long a command may wait for a connection. What was published longer ago is old news.
  std::chrono::milliseconds waiting{30'000};
  /// The wait before the second attempt, which doubles up to the longest, and changes randomly.
  std::chrono::milliseconds backoff{100};
  std::chrono::milliseconds backoff_max{5'000};
};

}  // namespace socketio::redis
