// SPDX-License-Identifier: MIT
// ConnectionLog: what the log says of one connection to Redis. The same failure again and again is
// said once.
//
// A value; Loop's thread only.
#pragma once

#include "redis/connection.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace socketio::redis {

class ConnectionLog {
 public:
  /// `purpose` is a literal, such as "commands".
  ConnectionLog(std::string where, std::string_view purpose)
      : where_(std::move(where)), purpose_(purpose) {}

  void tell(const StateChange& change);

 private:
  const std::string where_;
  const std::string_view purpose_;
  std::string why_{};
};

}  // namespace socketio::redis
