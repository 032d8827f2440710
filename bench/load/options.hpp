// SPDX-License-Identifier: MIT
//
// The options of a scenario, from the command line.
#pragma once

#include "target.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace load {

struct Options {
  Target target;
  // A second server of the same cluster, and the process that both use; 0 if there is none.
  std::optional<Target> other;
  pid_t redis_pid = 0;
  std::size_t connections = 50;
  std::size_t in_flight = 1;
  std::size_t argument_bytes = 120;
  double warmup_seconds = 1;
  double seconds = 3;
  // If not 0, the run measures so many, in lockstep, instead of so many seconds.
  std::uint64_t count = 0;
};

// The JSON string that is the argument of every event: printable, without escapes.
std::string json_argument(std::size_t length);

}  // namespace load
