// SPDX-License-Identifier: MIT
// ListenOptions: where a server listens, and what arrives there.
#pragma once

#include <cstdint>
#include <string>

namespace socketio {

struct ListenOptions {
  /// An IP address or "localhost", which is 127.0.0.1. Empty: all addresses, IPv6 and IPv4.
  std::string address{};
  std::uint16_t port = 0;  ///< 0: a free one.
};

}  // namespace socketio
