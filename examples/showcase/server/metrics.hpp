// SPDX-License-Identifier: MIT
// What the dashboard shows of the server: the process as Linux sees it, and what was counted since
// the last look. The last five minutes are kept for pages that open later.
//
// The clock and the process are arguments, so that this can be tested. One thread at a time.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace showcase {

/// Of this process until now.
struct ProcessUsage {
  std::chrono::microseconds processor{};  ///< Time of all its threads, user's and kernel's.
  std::int64_t memory_bytes = 0;          ///< That is in RAM.
};
ProcessUsage process_usage();

/// One second of the server's life.
struct MetricsSample {
  double cpu = 0;           ///< Per cent of one core.
  std::int64_t memory = 0;  ///< Bytes in RAM.
  std::size_t activeConnections = 0;
  double requestsPerSecond = 0;  ///< HTTP beside Socket.IO.
  double messagesPerSecond = 0;  ///< Events that clients sent.
  std::int64_t timestamp = 0;    ///< Milliseconds since 1970.
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MetricsSample, cpu, memory, activeConnections, requestsPerSecond,
                                   messagesPerSecond, timestamp)

class Metrics {
 public:
  /// Five minutes of a sample a second.
  static constexpr std::size_t kept = 300;

  using Clock = std::chrono::steady_clock;

  Metrics(ProcessUsage usage, Clock::time_point now) : last_usage_(usage), last_time_(now) {}

  void count_request() { ++requests_; }
  void count_message() { ++messages_; }

  /// Measures from the last sample to `now`.
  const MetricsSample& sample(ProcessUsage usage, Clock::time_point now, std::size_t connections,
                              std::chrono::system_clock::time_point date);

  /// Oldest first.
  const std::deque<MetricsSample>& history() const { return history_; }

 private:
  ProcessUsage last_usage_;
  Clock::time_point last_time_;
  std::uint64_t requests_ = 0;
  std::uint64_t messages_ = 0;
  std::deque<MetricsSample> history_;
};

}  // namespace showcase
