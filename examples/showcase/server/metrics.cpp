// SPDX-License-Identifier: MIT
#include "metrics.hpp"

#include <cmath>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace showcase {
namespace {

using Seconds = std::chrono::duration<double>;

std::chrono::microseconds time_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

double one_decimal(double value) { return std::round(value * 10) / 10; }

}  // namespace

ProcessUsage process_usage() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  // proc(5): statm counts pages; the second number is what is in RAM.
  std::int64_t all_pages = 0;
  std::int64_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> all_pages >> resident_pages;
  return {.processor = time_of(usage.ru_utime) + time_of(usage.ru_stime),
          .memory_bytes = resident_pages * sysconf(_SC_PAGESIZE)};
}

const MetricsSample& Metrics::sample(ProcessUsage usage, Clock::time_point now,
                                     std::size_t connections,
                                     std::chrono::system_clock::time_point date) {
  const double seconds = Seconds(now - last_time_).count();
  const auto a_second = [seconds](double amount) {
    return seconds > 0 ? one_decimal(amount / seconds) : 0;
  };
  const double processor = Seconds(usage.processor - last_usage_.processor).count();
  const auto since_1970 =
      std::chrono::duration_cast<std::chrono::milliseconds>(date.time_since_epoch());
  last_usage_ = usage;
  last_time_ = now;
  if (history_.size() == kept) history_.pop_front();
  return history_.emplace_back(
      MetricsSample{.cpu = a_second(100 * processor),
                    .memory = usage.memory_bytes,
                    .activeConnections = connections,
                    .requestsPerSecond = a_second(static_cast<double>(std::exchange(requests_, 0))),
                    .messagesPerSecond = a_second(static_cast<double>(std::exchange(messages_, 0))),
                    .timestamp = since_1970.count()});
}

}  // namespace showcase
