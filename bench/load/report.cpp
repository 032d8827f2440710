// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace load {
namespace {

double microseconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e3; }

double per(double value, std::uint64_t count) {
  return count > 0 ? value / static_cast<double>(count) : 0;
}

}  // namespace

Report::Report(std::string scenario_name, std::string counted_unit, const Options& options)
    : scenario(std::move(scenario_name)),
      unit(std::move(counted_unit)),
      connections(options.connections),
      in_flight(options.in_flight) {}

void Report::measured(const Usage& begin, const Usage& end, const Target& target) {
  seconds = static_cast<double>(end.wall_ns - begin.wall_ns) / 1e9;
  server_cpu_seconds = end.server_cpu_seconds - begin.server_cpu_seconds;
  redis_cpu_seconds = end.redis_cpu_seconds - begin.redis_cpu_seconds;
  own_cpu_seconds = end.own_cpu_seconds - begin.own_cpu_seconds;
  server_resident_bytes = resident_bytes(target.server_pid);
}

void Report::failed(std::string_view why) {
  if (failures++ == 0) first_failure = why;
}

void Report::print() const {
  std::printf("%s: %zu connections, %zu in flight, %.2f s\n", scenario.c_str(), connections,
              in_flight, seconds);
  if (count > 0) std::printf("  rate     %.0f %s/s\n", rate(), unit.c_str());
  if (latency.count() > 0) {
    std::printf("  latency  p50 %.1f  p90 %.1f  p99 %.1f  max %.1f us\n",
                microseconds(latency.percentile(50)), microseconds(latency.percentile(90)),
                microseconds(latency.percentile(99)), microseconds(latency.max()));
  }
  if (server_resident_bytes > 0) {
    std::printf("  server   %.3f us CPU each, %.0f %% of a core, %.1f MB resident\n",
                per(server_cpu_seconds * 1e6, count), 100 * server_cpu_seconds / seconds,
                static_cast<double>(server_resident_bytes) / 1e6);
  }
  if (redis_cpu_seconds > 0) {
    std::printf("  Redis    %.3f us CPU each, %.0f %% of a core\n",
                per(redis_cpu_seconds * 1e6, count), 100 * redis_cpu_seconds / seconds);
  }
  std::printf("  load     %.3f us CPU each, %.0f %% of a core\n", per(own_cpu_seconds * 1e6, count),
              100 * own_cpu_seconds / seconds);
  if (bytes_per_connection) {
    std::printf("  memory   %.0f bytes a connection\n", *bytes_per_connection);
  }
  if (given_up) {
    std::printf("  given up %llu, peak %.1f MB resident\n",
                static_cast<unsigned long long>(*given_up),
                static_cast<double>(peak_resident_bytes) / 1e6);
  }
  if (received_share) {
    std::printf("  received %.2f %%, %llu of them twice or too late\n", 100 * *received_share,
                static_cast<unsigned long long>(disorder.value_or(0)));
  }
  if (failures > 0) {
    std::printf("  FAILED   %llu times, first: %s\n", static_cast<unsigned long long>(failures),
                first_failure.c_str());
  }
}

void Report::write_json(const std::string& path) const {
  nlohmann::ordered_json out{
      {"scenario", scenario},   {"unit", unit},       {"connections", connections},
      {"in_flight", in_flight}, {"seconds", seconds}, {"count", count},
      {"rate", rate()}};
  if (latency.count() > 0) {
    out["latency_us"] = {{"p50", microseconds(latency.percentile(50))},
                         {"p90", microseconds(latency.percentile(90))},
                         {"p99", microseconds(latency.percentile(99))},
                         {"max", microseconds(latency.max())}};
  }
  if (server_resident_bytes > 0) {
    out["server"] = {{"cpu_us_each", per(server_cpu_seconds * 1e6, count)},
                     {"core_share", server_cpu_seconds / seconds},
                     {"resident_bytes", server_resident_bytes}};
  }
  if (redis_cpu_seconds > 0) {
    out["redis"] = {{"cpu_us_each", per(redis_cpu_seconds * 1e6, count)},
                    {"core_share", redis_cpu_seconds / seconds}};
  }
  out["load"] = {{"cpu_us_each", per(own_cpu_seconds * 1e6, count)},
                 {"core_share", own_cpu_seconds / seconds}};
  if (bytes_per_connection) out["bytes_per_connection"] = *bytes_per_connection;
  if (given_up) {
    out["given_up"] = *given_up;
    out["peak_resident_bytes"] = peak_resident_bytes;
  }
  if (received_share) out["received_share"] = *received_share;
  if (disorder) out["disorder"] = *disorder;
  out["failures"] = failures;
  if (failures > 0) out["first_failure"] = first_failure;
  std::ofstream file(path);
  file << out.dump(2) << '\n';
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace load
