// SPDX-License-Identifier: MIT
// Failure: why a client's connection failed. Plain data, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <system_error>

namespace socketio::engine {

/// Why a connection failed, in the JavaScript client's words, or why it ended, without a message.
struct Failure {
  // "xhr poll error", "websocket error", "server error", "timeout", …
  std::string message{};
  // The cause, if the system or TLS reported one.
  std::error_code code{};
  // The status of the HTTP response, if there was one.
  std::uint16_t status = 0;
  // For people: what code and status do not say.
  std::string details{};
  // The code in the server's close frame, if there was one.
  std::uint16_t close_code = 0;
  // The server speaks another version of the protocol.
  bool is_other_protocol = false;
};

}  // namespace socketio::engine
