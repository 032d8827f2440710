// SPDX-License-Identifier: MIT
// CookieJar: the cookies that the server has set, which a client sends back (RFC 6265); sticky
// sessions depend on it. A client talks to one server, so domain and path do not matter here, as in
// the JavaScript client. Bounded, because the server fills it. Value semantics, one thread.
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
  /// The limit of browsers (RFC 6265 section 6.1): larger cookies are not accepted.
  static constexpr std::size_t cookie_limit_bytes = 4096;
  /// Beyond these limits the oldest cookies are dropped: they would not fit into the header
  /// of a request.
  static constexpr std::size_t cookie_limit = 50;
  static constexpr std::size_t total_limit_bytes = 6 * 1024;

  /// Stores the cookie of every Set-Cookie in a response. `now_ms` is the wall clock, in
  /// milliseconds since 1970.
  void take(const http::Headers& headers, std::int64_t now_ms);
  /// Stores the cookie in one Set-Cookie value.
  void take(std::string_view set_cookie, std::int64_t now_ms);
  /// Returns the value for a Cookie field; empty if there is nothing to send.
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

  // The oldest comes first.
  std::vector<Cookie> cookies_;
};

}  // namespace socketio::engine
