// SPDX-License-Identifier: MIT
#include "server/session_cookie.hpp"

#include "codec/http/date.hpp"
#include "codec/http/grammar.hpp"
#include "codec/http/message.hpp"

#include <algorithm>
#include <stdexcept>

namespace socketio::server {

namespace {

std::string_view text_of(CookieOptions::Priority priority) {
  switch (priority) {
    case CookieOptions::Priority::unset:
      return {};
    case CookieOptions::Priority::low:
      return "; Priority=Low";
    case CookieOptions::Priority::medium:
      return "; Priority=Medium";
    case CookieOptions::Priority::high:
      return "; Priority=High";
  }
  return {};
}

std::string_view text_of(CookieOptions::SameSite same_site) {
  switch (same_site) {
    case CookieOptions::SameSite::unset:
      return {};
    case CookieOptions::SameSite::strict:
      return "; SameSite=Strict";
    case CookieOptions::SameSite::lax:
      return "; SameSite=Lax";
    case CookieOptions::SameSite::none:
      return "; SameSite=None";
  }
  return {};
}

/// Whether it can be the value of an attribute.
void check_attribute(const char* what, std::string_view value) {
  const bool is_valid = std::all_of(value.begin(), value.end(),
                                    [](char c) { return c >= 0x20 && c < 0x7f && c != ';'; });
  if (!is_valid) throw std::invalid_argument(std::string("cookie: invalid ") + what);
}

}  // namespace

SessionCookie::SessionCookie(const CookieOptions& options) : name_(options.name) {
  if (!http::is_token(name_)) throw std::invalid_argument("cookie: invalid name");
  check_attribute("domain", options.domain);
  check_attribute("path", options.path);
  if (options.max_age) attributes_ += "; Max-Age=" + std::to_string(options.max_age->count());
  if (!options.domain.empty()) attributes_ += "; Domain=" + options.domain;
  if (!options.path.empty()) attributes_ += "; Path=" + options.path;
  if (options.expires) {
    attributes_ += "; Expires=";
    attributes_ += http::date_text(std::chrono::system_clock::to_time_t(*options.expires));
  }
  if (options.http_only) attributes_ += "; HttpOnly";
  if (options.secure) attributes_ += "; Secure";
  if (options.partitioned) attributes_ += "; Partitioned";
  attributes_ += text_of(options.priority);
  attributes_ += text_of(options.same_site);
}

std::string SessionCookie::with(std::string_view session_id) const {
  std::string cookie = name_ + "=";
  http::append_percent_encoded(cookie, session_id);
  return cookie + attributes_;
}

}  // namespace socketio::server
