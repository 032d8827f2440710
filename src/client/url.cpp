// SPDX-License-Identifier: MIT
#include "client/url.hpp"

#include "codec/http/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace socketio::client {

namespace {

struct Scheme {
  std::string_view prefix;
  std::uint16_t port;
  bool is_secure;
};
constexpr std::array<Scheme, 4> schemes = {
    {{"http://", 80, false}, {"https://", 443, true}, {"ws://", 80, false}, {"wss://", 443, true}}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char wanted, char c) { return wanted == lower(c); });
}

/// Characters that must not occur in a request line, whatever they mean.
bool is_unsafe(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '\\' || c == '"' || c == '<' ||
         c == '>';
}

bool is_host(std::string_view host) {
  return !host.empty() && std::none_of(host.begin(), host.end(), [](char c) {
    return is_unsafe(c) || c == ':' || c == '[' || c == ']' || c == '%';
  });
}

bool is_ipv6(std::string_view address) {
  return address.find(':') != std::string_view::npos &&
         std::all_of(address.begin(), address.end(), [](char c) {
           const char digit = lower(c);
           return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f') || c == ':' ||
                  c == '.';
         });
}

std::optional<std::uint16_t> read_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, port);
  if (result.ec != std::errc() || result.ptr != end || port == 0) return std::nullopt;
  return port;
}

/// "host", "host:port", "[address]:port"
std::optional<UrlErrc> read_authority(std::string_view authority, Endpoint& endpoint) {
  if (authority.find('@') != std::string_view::npos) return UrlErrc::has_user_info;
  std::string_view rest;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return UrlErrc::invalid_host;
    endpoint.host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
    if (!is_ipv6(endpoint.host)) return UrlErrc::invalid_host;
  } else {
    const std::size_t end = std::min(authority.find(':'), authority.size());
    endpoint.host = authority.substr(0, end);
    rest = authority.substr(end);
    if (!is_host(endpoint.host)) return UrlErrc::invalid_host;
  }
  if (rest.empty()) return std::nullopt;
  if (rest.front() != ':') return UrlErrc::invalid_host;
  // "host:" means the scheme's port (RFC 3986).
  if (rest.size() == 1) return std::nullopt;
  const auto port = read_port(rest.substr(1));
  if (!port) return UrlErrc::invalid_port;
  endpoint.port = *port;
  return std::nullopt;
}

/// A plus sign means a blank only in forms: in a URL, JavaScript leaves it as it is.
engine::NamedValues read_query(std::string_view text) {
  std::string query;
  for (const char c : text) c == '+' ? query.append("%2B") : query.append(1, c);
  return http::parse_query(query);
}

}  // namespace

Result<Url, UrlErrc> parse_url(std::string_view text) {
  if (text.size() > url_limit_bytes) return UrlErrc::too_long;
  const auto scheme = std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& known) {
    return starts_with(text, known.prefix);
  });
  if (scheme == schemes.end()) return UrlErrc::unknown_scheme;
  text.remove_prefix(scheme->prefix.size());
  text = text.substr(0, text.find('#'));

  Url url;
  url.endpoint.port = scheme->port;
  url.endpoint.secure = scheme->is_secure;
  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  const auto problem = read_authority(text.substr(0, authority_end), url.endpoint);
  if (problem) return *problem;
  text.remove_prefix(authority_end);

  const std::size_t path_end = std::min(text.find('?'), text.size());
  if (path_end > 0) url.nsp = text.substr(0, path_end);
  if (path_end < text.size()) url.query = read_query(text.substr(path_end + 1));
  return url;
}

std::string_view to_string(UrlErrc error) {
  switch (error) {
    case UrlErrc::too_long:
      return "the URL is too long";
    case UrlErrc::unknown_scheme:
      return "the URL does not begin with http://, https://, ws:// or wss://";
    case UrlErrc::has_user_info:
      return "the URL has a user name or password, which would not be sent";
    case UrlErrc::invalid_host:
      return "the URL's host is no name and no address";
    case UrlErrc::invalid_port:
      return "the URL's port is no number from 1 to 65535";
  }
  return "the URL is invalid";
}

}  // namespace socketio::client
