// SPDX-License-Identifier: MIT
//
// The result of one run: a few lines for people, one JSON object for `bench/run.mjs`. Values that a
// scenario does not have (no known server process, no messages) are omitted.
#pragma once

#include "histogram.hpp"
#include "options.hpp"
#include "usage.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace load {

struct Report {
  std::string scenario;
  // What is counted.
  std::string unit;
  std::size_t connections = 0;
  std::size_t in_flight = 0;
  double seconds = 0;
  std::uint64_t count = 0;
  std::uint64_t failures = 0;
  std::string first_failure;
  double server_cpu_seconds = 0;
  double redis_cpu_seconds = 0;
  double own_cpu_seconds = 0;
  std::uint64_t server_resident_bytes = 0;
  std::optional<double> bytes_per_connection;
  // Of clients that wanted to come back.
  std::optional<std::uint64_t> given_up;
  std::uint64_t peak_resident_bytes = 0;
  // Of the messages that all clients should have received.
  std::optional<double> received_share;
  // How many came twice or too late.
  std::optional<std::uint64_t> disorder;
  Histogram latency;

  Report(std::string scenario_name, std::string counted_unit, const Options& options);
  void measured(const Usage& begin, const Usage& end, const Target& target);
  void failed(std::string_view why);

  double rate() const { return seconds > 0 ? static_cast<double>(count) / seconds : 0; }
  void print() const;
  void write_json(const std::string& path) const;
};

}  // namespace load
