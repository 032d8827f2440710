// SPDX-License-Identifier: MIT
// SessionCookie: the value of Set-Cookie with a session's id (RFC 6265 section 4.1), with the
// attributes and their order of the reference's `cookie` option. Value semantics.
#pragma once

#include <socketio/server_options.hpp>

#include <string>
#include <string_view>

namespace socketio::server {

class SessionCookie {
 public:
  /// Throws std::invalid_argument for what no cookie can have.
  explicit SessionCookie(const CookieOptions& options);
  std::string with(std::string_view session_id) const;

 private:
  std::string name_;
  std::string attributes_;
};

}  // namespace socketio::server
