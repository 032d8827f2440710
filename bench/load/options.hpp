// SPDX-License-Identifier: MIT
//
// What a scenario is asked to do, as the command line says it.
#pragma once

#include "target.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace load {

struct Options {
  Target target;
  std::size_t connections = 50;
  std::size_t in_flight = 1;
  std::size_t argument_bytes = 120;
  double warmup_seconds = 1;
  double seconds = 3;
  std::uint64_t count = 0;  // if not 0, what is measured instead of seconds, in lockstep
};

// The JSON string which is the argument of every event: printable, nothing to escape.
std::string json_argument(std::size_t length);

}  // namespace load
