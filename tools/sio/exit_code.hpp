// SPDX-License-Identifier: MIT
// How sio ends: what it tells the shell, and the exception for what was asked for wrongly.
#pragma once

#include <stdexcept>

namespace sio {

enum ExitCode : int {
  exit_success = 0,
  exit_failed = 1,         // no connection, refused, cut off, or not decodable
  exit_usage = 2,          // the command line makes no sense
  exit_timed_out = 3,      // connected, but what was waited for did not come
  exit_interrupted = 130,  // as shells say it of SIGINT
};

/// What was typed cannot be done; the text says why.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace sio
