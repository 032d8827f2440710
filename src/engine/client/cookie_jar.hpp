// SPDX-License-Identifier: MIT
// CookieJar: what the server asked a client to remember and repeat (RFC 6265): sticky sessions
// depend on it. A client talks to one server, so domain and path do not matter here, as in the
// JavaScript client. Bounded, because the server fills it. Value semantics, one thread.
#pragma once

#include "codec/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::engine {

class CookieJar {
 public:
  /// As browsers have it (RFC 6265 section 6.1): a cookie that is larger is not taken.
  static constexpr std::size_t cookie_limit_bytes = 4096;
  /// What would not fit into the header of a request: beyond, the oldest cookies are dropped.
  static constexpr std::size_t cookie_limit = 50;
  static constexpr std::size_t total_limit_bytes = 6 * 1024;

  /// Takes every Set-Cookie of a response. `now_ms` is the wall clock, in milliseconds since 1970.
  void take(const http::Headers& headers, std::int64_t now_ms);
  /// Takes the value of one Set-Cookie field.
  void take(std::string_view set_cookie, std::int64_t now_ms);
  /// The value of a Cookie field; empty if there is nothing to send.
  std::string header(std::int64_t now_ms);

 private:
  struct Cookie {
    std::string name;
    std::string value;
    std::optional<std::int64_t> expires_ms;
    std::size_t size() const { return name.size() + value.size(); }
  };

  void drop_expired(std::int64_t now_ms);
  void put(Cookie cookie, std::int64_t now_ms);

  std::vector<Cookie> cookies_;  // the oldest first
};

}  // namespace socketio::engine
