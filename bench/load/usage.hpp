// SPDX-License-Identifier: MIT
//
// What a run costs: processor time of the server (from /proc) and of this process, and the server's
// resident memory. Take a `Usage` at the start of the measured time and one at its end; their
// difference says who was busy. The kernel counts a server's time in ticks of 10 ms.
#pragma once

#include <cstdint>
#include <sys/types.h>

namespace load {

struct Usage {
  std::uint64_t wall_ns = 0;
  double server_cpu_seconds = 0;
  double own_cpu_seconds = 0;

  static Usage now(pid_t server_pid);
};

std::uint64_t monotonic_ns();

// 0 when the process is unknown or may not be read.
std::uint64_t resident_bytes(pid_t process);

}  // namespace load
