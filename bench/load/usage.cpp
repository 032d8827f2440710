// SPDX-License-Identifier: MIT
#include "usage.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace load {
namespace {

std::string proc_path(pid_t process, const char* file) {
  return "/proc/" + std::to_string(process) + "/" + file;
}

double cpu_seconds_of(pid_t process) {
  if (process <= 0) return 0;
  std::ifstream file(proc_path(process, "stat"));
  std::string line;
  if (!std::getline(file, line)) return 0;
  // The program's name may contain spaces and parentheses; the numbers follow the last parenthesis.
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field <= 13; ++field) rest >> skipped;
  double user_ticks = 0;
  double system_ticks = 0;
  rest >> user_ticks >> system_ticks;
  return (user_ticks + system_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// The number behind `name` in a file of the process; 0 if there is none.
std::uint64_t kilobytes_of(pid_t process, const char* file_name, std::string_view name) {
  if (process <= 0) return 0;
  std::ifstream file(proc_path(process, file_name));
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(name)) return std::stoull(line.substr(name.size()));
  }
  return 0;
}

}  // namespace

std::uint64_t monotonic_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

Usage Usage::now(const Options& options) {
  rusage own{};
  getrusage(RUSAGE_SELF, &own);
  return {.wall_ns = monotonic_ns(),
          .server_cpu_seconds = cpu_seconds_of(options.target.server_pid) +
                                (options.other ? cpu_seconds_of(options.other->server_pid) : 0),
          .redis_cpu_seconds = cpu_seconds_of(options.redis_pid),
          .own_cpu_seconds = seconds_of(own.ru_utime) + seconds_of(own.ru_stime)};
}

std::uint64_t resident_bytes(pid_t process) {
  // smaps_rollup walks the page tables; statm is cheaper but may lag behind by some hundred pages.
  return kilobytes_of(process, "smaps_rollup", "Rss:") * 1024;
}

std::uint64_t peak_resident_bytes(pid_t process) {
  return kilobytes_of(process, "status", "VmHWM:") * 1024;
}

}  // namespace load
