// SPDX-License-Identifier: MIT
// Url: the parts of a client's URL: where to connect, which namespace socket() means (the path),
// and the query of every request. Pure function, any thread.
#pragma once

#include "base/connector.hpp"
#include "base/result.hpp"
#include "engine/client/options.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::client {

struct Url {
  Endpoint endpoint{};
  std::string nsp = "/";
  engine::NamedValues query{};
};

enum class UrlErrc : std::uint8_t {
  too_long,
  unknown_scheme,  // not http, https, ws or wss, followed by "://"
  has_user_info,   // "user:password@", which would not be used
  invalid_host,
  invalid_port,
};

// The limit of the JavaScript client.
inline constexpr std::size_t url_limit_bytes = 8'000;

Result<Url, UrlErrc> parse_url(std::string_view text);
std::string_view to_string(UrlErrc error);

}  // namespace socketio::client
