// SPDX-License-Identifier: MIT
// TrustProxy: whose word a server takes about a client's address, host and TLS ("trust proxy" in
// Express).
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace socketio {

struct TrustProxy {
  /// Nobody's: the client is who connects.
  TrustProxy() = default;
  /// Everybody's: the client is the first that is named. Only if nobody but your proxies can
  /// connect, and they replace what clients send.
  template <std::same_as<bool> Flag>
  TrustProxy(Flag everybody) : hops(everybody ? std::numeric_limits<std::size_t>::max() : 0) {}
  /// That of so many proxies, the last of which connects to this server.
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) TrustProxy(Number proxies)
      : hops(proxies > 0 ? static_cast<std::size_t>(proxies) : 0) {}
  /// That of proxies with these addresses: "10.0.0.1", "10.0.0.0/8", "loopback", "linklocal",
  /// "uniquelocal".
  TrustProxy(const char* address) : addresses{address} {}
  TrustProxy(std::initializer_list<std::string> list) : addresses(list) {}
  TrustProxy(std::vector<std::string> list) : addresses(std::move(list)) {}

  std::size_t hops = 0;
  std::vector<std::string> addresses{};
};

}  // namespace socketio
