// SPDX-License-Identifier: MIT
// ProxyTrust: what proxies say about their clients, as far as they are trusted: `X-Forwarded-For`,
// `-Proto` and `-Host` as Express reads them, or `Forwarded` (RFC 7239) if there is none of these.
// Pure functions over the headers of one request.
#pragma once

#include "codec/http/message.hpp"
#include "codec/ip/address.hpp"

#include <socketio/trust_proxy.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::server {

/// Where a request comes from, and what it has asked for.
struct Origin {
  std::string address;
  std::string host;
  bool secure = false;
};

class ProxyTrust {
 public:
  /// Nothing if nobody is trusted. Throws std::invalid_argument for an address that is none.
  static std::optional<ProxyTrust> from(const TrustProxy& options);

  /// `peer` and `is_secure` are those of the connection; the address may be empty.
  Origin origin_of(const http::Headers& headers, std::string_view peer, bool is_secure) const;

 private:
  /// `distance` is 0 for whom the connection comes from, 1 for whom that one names, and so on.
  bool trusts(const std::optional<ip::Address>& address, std::size_t distance) const;
  std::string client_address(const std::vector<std::string_view>& named,
                             std::string_view peer) const;

  std::size_t hops_ = 0;
  std::vector<ip::Block> blocks_;
};

}  // namespace socketio::server
