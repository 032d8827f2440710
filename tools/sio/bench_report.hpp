// SPDX-License-Identifier: MIT
// The results of sio bench: lines and a histogram for people, one JSON object for programs.
#pragma once

#include "load/histogram.hpp"
#include "show.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace sio {

struct BenchReport {
  std::string url;
  std::string event;
  std::size_t connections = 0;
  std::size_t in_flight = 0;
  std::size_t payload_bytes = 0;
  double seconds = 0;
  std::uint64_t answered = 0;
  std::uint64_t timeouts = 0;
  // Of connections.
  std::uint64_t failures = 0;
  load::Histogram latency;

  double rate() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
  void print(const Style& style) const;
  void print_json() const;
};

}  // namespace sio
