// SPDX-License-Identifier: MIT
#include "bench_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace sio {
namespace {

using std::chrono::nanoseconds;

constexpr std::array<std::pair<const char*, double>, 4> percentiles = {
    {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}}};
constexpr std::size_t bar_cells = 40;
constexpr std::array<std::string_view, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

std::string time(std::uint64_t value) {
  return to_text(nanoseconds(static_cast<nanoseconds::rep>(value)));
}

std::string bar(double share) {
  const auto filled = static_cast<std::size_t>(share * bar_cells * eighths.size() + 0.5);
  std::string out;
  for (std::size_t i = 0; i < filled / eighths.size(); ++i) out += "█";
  out += eighths[filled % eighths.size()];
  return out;
}

/// The limits of the bars, each twice the one before, from the smallest latency to the largest.
std::vector<std::uint64_t> limits_of(const load::Histogram& latency) {
  std::uint64_t limit = 1'000;
  while (latency.count_below(2 * limit) == 0 && limit <= latency.max()) limit *= 2;
  std::vector<std::uint64_t> limits{limit};
  while (limit <= latency.max()) limits.push_back(limit *= 2);
  return limits;
}

void print_histogram(const load::Histogram& latency, const Style& style) {
  const auto limits = limits_of(latency);
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 1; i < limits.size(); ++i) {
    counts.push_back(latency.count_below(limits[i]) - latency.count_below(limits[i - 1]));
  }
  const std::uint64_t most = *std::max_element(counts.begin(), counts.end());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string limit = "< " + time(limits[i + 1]);
    const std::size_t width = limit.size() - (limit.find("µ") == std::string::npos ? 0 : 1);
    const double share = static_cast<double>(counts[i]) / static_cast<double>(latency.count());
    std::printf(
        "  %*s%s %5.1f %%  %s\n", static_cast<int>(12 - std::min<std::size_t>(width, 12)), "",
        limit.c_str(), 100 * share,
        style.name(bar(static_cast<double>(counts[i]) / static_cast<double>(most))).c_str());
  }
}

}  // namespace

void BenchReport::print(const Style& style) const {
  std::printf("%s: %s, %zu connections, %zu in flight each, %zu bytes, %.1f s\n",
              style.bold(url).c_str(), to_word(event).c_str(), connections, in_flight,
              payload_bytes, seconds);
  std::printf(
      "  rate     %s\n",
      style.bold(std::to_string(static_cast<std::uint64_t>(rate())).append(" answers/s")).c_str());
  if (answered > 0) {
    std::printf("  latency ");
    for (const auto& [name, percent] : percentiles) {
      std::printf(" %s %s ", name, time(latency.percentile(percent)).c_str());
    }
    std::printf(" max %s\n", time(latency.max()).c_str());
    print_histogram(latency, style);
  }
  if (timeouts > 0) {
    std::printf("  %s\n",
                style.bad(std::to_string(timeouts) + " events were not answered").c_str());
  }
  if (failures > 0) {
    std::printf("  %s\n", style.bad(std::to_string(failures) + " connections failed").c_str());
  }
  if (answered == 0) std::printf("  does the server answer %s?\n", to_word(event).c_str());
}

void BenchReport::print_json() const {
  const auto microseconds = [](std::uint64_t value) { return static_cast<double>(value) / 1e3; };
  socketio::json out{{"url", url},
                     {"event", event},
                     {"connections", connections},
                     {"in_flight", in_flight},
                     {"payload_bytes", payload_bytes},
                     {"seconds", seconds},
                     {"answers", answered},
                     {"rate", rate()},
                     {"timeouts", timeouts},
                     {"failed_connections", failures}};
  if (answered > 0) {
    for (const auto& [name, percent] : percentiles) {
      out["latency_us"][name] = microseconds(latency.percentile(percent));
    }
    out["latency_us"]["max"] = microseconds(latency.max());
  }
  std::printf("%s\n", to_json_line(out).c_str());
}

}  // namespace sio
