// SPDX-License-Identifier: MIT
#include "redis/connection_log.hpp"

#include "base/log.hpp"

namespace socketio::redis {

void ConnectionLog::tell(const StateChange& change) {
  if (change.now == ConnectionState::ready) {
    why_.clear();
    log_line(LogScope::redis, LogLevel::info, {"connected to ", where_, " for ", purpose_});
  } else if (change.now != ConnectionState::waiting) {
    log_line(LogScope::redis, LogLevel::debug,
             {to_string(change.now), " to ", where_, " for ", purpose_});
  } else {
    const bool is_known = why_ == change.why;
    why_ = change.why;
    const LogLevel level = is_known                                 ? LogLevel::debug
                           : change.remedy == Remedy::configuration ? LogLevel::error
                                                                    : LogLevel::warning;
    log_line(LogScope::redis, level,
             {"no connection to ", where_, " for ", purpose_, ": ", change.why});
  }
}

}  // namespace socketio::redis
