// SPDX-License-Identifier: MIT
//
// The cost of a run: processor time of the servers and of Redis (from /proc) and of this process, and the
// server's resident memory. The difference of a `Usage` from the start and one from the end of the
// measured time says who was busy. The kernel counts another process' time in ticks of 10 ms.
#pragma once

#include "options.hpp"

#include <cstdint>
#include <sys/types.h>

namespace load {

struct Usage {
  std::uint64_t wall_ns = 0;
  double server_cpu_seconds = 0;
  double redis_cpu_seconds = 0;
  double own_cpu_seconds = 0;

  static Usage now(const Options& options);
};

std::uint64_t monotonic_ns();

// 0 if the process is unknown or its data may not be read.
std::uint64_t resident_bytes(pid_t process);
// The most that it has ever been.
std::uint64_t peak_resident_bytes(pid_t process);

}  // namespace load
