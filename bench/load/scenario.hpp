// SPDX-License-Identifier: MIT
//
// What the scenarios share: opening many connections, a few at a time, and the measured part of a
// run. A scenario is a function that owns its loop and its clients and returns its report. Failed
// connections are counted in the report and make the program exit with 1.
#pragma once

#include "loop.hpp"
#include "options.hpp"
#include "report.hpp"

#include <cstddef>
#include <functional>

namespace load {

Report run_echo(const Options& options);
Report run_ack(const Options& options);
Report run_polling_echo(const Options& options);
Report run_fan(const Options& options);
Report run_connect(const Options& options);
Report run_idle(const Options& options);
Report run_avalanche(const Options& options);

// Calls `open(0)` to `open(total - 1)`, never more than a listen backlog ahead of `settled`, which
// returns how many are ready or have failed. Throws if that takes too long.
void open_all(Loop& loop, std::size_t total, const std::function<void(std::size_t)>& open,
              const std::function<std::size_t()>& settled);

// Runs the warm-up, then `begin`, then the measured seconds or count; sets the report's times.
void measure(Loop& loop, const Options& options, Report& report,
             const std::function<void()>& begin);

}  // namespace load
