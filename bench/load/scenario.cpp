// SPDX-License-Identifier: MIT
#include "scenario.hpp"

#include <algorithm>
#include <stdexcept>

namespace load {
namespace {

constexpr std::size_t handshakes_at_once = 100;
constexpr std::uint64_t opening_timeout_ns = 60'000'000'000;

std::uint64_t nanoseconds(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

}  // namespace

void open_all(Loop& loop, std::size_t total, const std::function<void(std::size_t)>& open,
              const std::function<std::size_t()>& settled) {
  const std::uint64_t deadline = monotonic_ns() + opening_timeout_ns;
  std::size_t opened = 0;
  loop.run_until([&] {
    const std::size_t limit = std::min(total, settled() + handshakes_at_once);
    while (opened < limit) open(opened++);
    if (loop.now() > deadline) throw std::runtime_error("the connections did not open in time");
    return settled() == total;
  });
}

void measure(Loop& loop, const Options& options, Report& report,
             const std::function<void()>& begin) {
  loop.run_until_time(monotonic_ns() + nanoseconds(options.warmup_seconds));
  begin();
  const Usage at_begin = Usage::now(options);
  if (options.count > 0) {
    loop.run_until([&] { return report.count >= options.count || report.failures > 0; });
  } else {
    loop.run_until_time(at_begin.wall_ns + nanoseconds(options.seconds));
  }
  report.measured(at_begin, Usage::now(options), options.target);
}

}  // namespace load
