// SPDX-License-Identifier: MIT
// Failure: why a client's connection failed. Plain data, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <system_error>

namespace socketio::engine {

/// Why a connection failed, in the words of the JavaScript client, or ended: that has no message.
struct Failure {
  std::string message{};     // "xhr poll error", "websocket error", "server error", "timeout", …
  std::error_code code{};    // the cause, if the environment or TLS had one
  std::uint16_t status = 0;  // of the HTTP response, if there was one
  std::string details{};     // what code and status do not say, for people
  std::uint16_t close_code = 0;    // of the server's close frame, if there was one
  bool is_other_protocol = false;  // the server speaks another version
};

}  // namespace socketio::engine
