// SPDX-License-Identifier: MIT
// The exit codes of sio, and the exception for a request that makes no sense.
#pragma once

#include <stdexcept>

namespace sio {

enum ExitCode : int {
  exit_success = 0,
  exit_failed = 1,         // no connection, refused, cut off, or not decodable
  exit_usage = 2,          // the command line makes no sense
  exit_timed_out = 3,      // connected, but what was waited for did not arrive
  exit_interrupted = 130,  // the shells' code for SIGINT
};

/// What was typed cannot be done; the message says why.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace sio
