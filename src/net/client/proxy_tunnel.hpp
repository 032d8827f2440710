// SPDX-License-Identifier: MIT
// ProxyTunnel: asks an HTTP proxy for a tunnel to the server (CONNECT, RFC 9110 section 9.3.6) on a
// stream that is connected to the proxy. It needs only the status of the response, so it reads that
// itself, within a limit, and this layer does not depend on the codecs.
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
  // "user:password", decoded. Empty: none.
  std::string credentials{};

  /// Parses "http://[user:password@]host[:port]". Nothing if the text is anything else.
  static std::optional<Proxy> parse(std::string_view url);
};

enum class ProxyErrc { bad_settings = 1, refused, bad_answer };
std::error_code make_error_code(ProxyErrc code);

/// How much a proxy may send before its response ends.
inline constexpr std::size_t proxy_answer_limit_bytes = 16 * 1024;

/// Takes ownership of `stream`; `done` gets it back once it leads to `target`.
std::unique_ptr<Connector::Attempt> open_tunnel(std::shared_ptr<Stream> stream, const Proxy& proxy,
                                                const Endpoint& target, Connector::Done done);

}  // namespace socketio::net

template <>
struct std::is_error_code_enum<socketio::net::ProxyErrc> : std::true_type {};
