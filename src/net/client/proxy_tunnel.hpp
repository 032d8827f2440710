// SPDX-License-Identifier: MIT
// ProxyTunnel: asks an HTTP proxy for a tunnel to the server (CONNECT, RFC 9110 section 9.3.6) on a
// stream that is connected to the proxy. From the answer it needs the status alone, so it reads
// that itself, bounded, and the codecs stay out of this layer.
//
// Works on any Stream. Loop's thread only.
#pragma once

#include "base/connector.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::net {

struct Proxy {
  Endpoint endpoint{};
  std::string credentials{};  // "user:password", decoded; empty: none

  /// From "http://[user:password@]host[:port]"; nothing if it is anything else.
  static std::optional<Proxy> parse(std::string_view url);
};

enum class ProxyErrc { bad_settings = 1, refused, bad_answer };
std::error_code make_error_code(ProxyErrc code);

/// What a proxy may say before its answer ends.
inline constexpr std::size_t proxy_answer_limit_bytes = 16 * 1024;

/// Takes `stream` over; `done` gets it back once it leads to `target`.
std::unique_ptr<Connector::Attempt> open_tunnel(std::shared_ptr<Stream> stream, const Proxy& proxy,
                                                const Endpoint& target, Connector::Done done);

}  // namespace socketio::net

template <>
struct std::is_error_code_enum<socketio::net::ProxyErrc> : std::true_type {};
