// SPDX-License-Identifier: MIT
#include "server/cors.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

namespace socketio::server {

namespace {

std::string join(const std::vector<std::string>& items) {
  std::string joined;
  for (const std::string& item : items) {
    if (!joined.empty()) joined.push_back(',');
    joined.append(item);
  }
  return joined;
}

// A longer text is not an origin, and regular expressions must not get unbounded input.
constexpr std::size_t origin_limit_bytes = 512;

struct Authority {
  std::string_view host;
  std::uint16_t port;
};

/// `host[:port]` (RFC 3986 section 3.2), with an IPv6 address in brackets. Nothing if the text is
/// something else.
std::optional<Authority> parse_authority(std::string_view text, std::uint16_t default_port) {
  const bool literal = text.starts_with('[');
  const auto colon = text.find(':', literal ? text.find(']') : 0);
  Authority authority{text.substr(0, colon), default_port};
  if (authority.host.empty() || literal != authority.host.ends_with(']')) return std::nullopt;
  const auto port = text.substr(std::min(colon, text.size() - 1) + 1);
  if (port.empty()) return authority;
  const char* const end = port.data() + port.size();
  const auto [stop, failure] = std::from_chars(port.data(), end, authority.port);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return authority;
}

/// Whether a page of `origin` came from the server that the request is for. The scheme is not
/// compared: behind a proxy that speaks TLS the server does not know its own.
bool is_same_origin(std::string_view origin, std::string_view host) {
  const auto separator = origin.find("://");
  if (separator == std::string_view::npos) return false;
  const auto scheme = origin.substr(0, separator);
  if (scheme != "http" && scheme != "https") return false;
  const std::uint16_t default_port = scheme == "https" ? 443 : 80;
  const auto page = parse_authority(origin.substr(separator + 3), default_port);
  const auto here = parse_authority(host, default_port);
  return page && here && page->port == here->port &&
         http::equals_ignoring_case(page->host, here->host);
}

}  // namespace

Cors::Cors(CorsOptions options)
    : options_(std::move(options)),
      enabled_(!options_.origins.exact.empty() || !options_.origins.patterns.empty() ||
               options_.origins.predicate) {}

bool Cors::allows_any() const {
  // In a list, "*" is an ordinary text, as in the reference: a list is meant to restrict.
  const auto& [exact, patterns, predicate] = options_.origins;
  return exact.size() == 1 && exact.front() == "*" && patterns.empty() && !predicate;
}

bool Cors::matches(std::string_view origin) const {
  if (origin.empty() || origin.size() > origin_limit_bytes) return false;
  const auto& origins = options_.origins;
  if (std::find(origins.exact.begin(), origins.exact.end(), origin) != origins.exact.end())
    return true;
  const std::string text(origin);
  try {
    for (const std::regex& pattern : origins.patterns) {
      if (std::regex_match(text, pattern)) return true;
    }
    return origins.predicate && origins.predicate(origin);
  } catch (...) {
    if (error_hook_) error_hook_();
    // A predicate that throws, or a pattern that fails, admits nobody.
    return false;
  }
}

void Cors::add_headers(const http::Request& request, http::Headers& headers) const {
  if (!enabled_) return;
  const std::string_view origin = request.headers.get("origin");
  if (allows_any()) {
    headers.add("Access-Control-Allow-Origin", "*");
  } else {
    if (matches(origin)) headers.add("Access-Control-Allow-Origin", origin);
    headers.add("Vary", "Origin");
  }
  if (options_.credentials) headers.add("Access-Control-Allow-Credentials", "true");
  if (!options_.exposed_headers.empty()) {
    headers.add("Access-Control-Expose-Headers", join(options_.exposed_headers));
  }
}

std::optional<http::Response> Cors::preflight(const http::Request& request) const {
  if (!enabled_ || request.method != "OPTIONS") return std::nullopt;
  http::Response response;
  response.status = 204;
  response.headers.add("Access-Control-Allow-Methods", join(options_.methods));
  if (!options_.allowed_headers.empty()) {
    response.headers.add("Access-Control-Allow-Headers", join(options_.allowed_headers));
  } else {
    const auto asked = request.headers.joined("access-control-request-headers");
    if (!asked.empty()) response.headers.add("Access-Control-Allow-Headers", asked);
    response.headers.add("Vary", "Access-Control-Request-Headers");
  }
  if (options_.max_age) {
    response.headers.add("Access-Control-Max-Age", std::to_string(options_.max_age->count()));
  }
  return response;
}

bool Cors::allows_websocket(const http::Request& request, std::string_view host) const {
  const std::string_view origin = request.headers.get("origin");
  return !enabled_ || allows_any() || origin.empty() || matches(origin) ||
         is_same_origin(origin, host);
}

}  // namespace socketio::server
