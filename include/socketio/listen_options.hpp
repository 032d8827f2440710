// SPDX-License-Identifier: MIT
// ListenOptions: where a server listens, and what arrives there.
#pragma once

#include <socketio/server_tls.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace socketio {

struct ListenOptions {
  /// An IP address or "localhost", which is 127.0.0.1. Empty: all addresses, IPv6 and IPv4.
  std::string address{};
  std::uint16_t port = 0;  ///< 0: a free one.
  /// Speaks https and wss instead of http and ws.
  std::optional<ServerTls> tls{};
};

}  // namespace socketio
