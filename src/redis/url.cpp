// SPDX-License-Identifier: MIT
#include "redis/url.hpp"

#include "base/number.hpp"
#include "codec/http/message.hpp"
#include "net/tcp_connector.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace socketio::redis {

namespace {

std::string decoded(std::string_view text) { return http::percent_decode(text); }

/// Removes and returns what is in front of `end`, and `end` itself.
std::string_view take_until(std::string_view& text, std::size_t end) {
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end == std::string_view::npos ? end : end + 1, text.size()));
  return taken;
}

/// Reads "user:password@", if it is there. A password may contain an `@` only if it is encoded.
void take_credentials(std::string_view& text, Address& address) {
  const std::size_t end = text.find('@');
  if (end == std::string_view::npos || end > text.find_first_of("/?")) return;
  std::string_view credentials = take_until(text, end);
  const std::size_t colon = credentials.find(':');
  // "redis://name@host": a user without a password, who can do nothing but be asked for it.
  address.user = decoded(credentials.substr(0, colon));
  if (colon != std::string_view::npos) address.password = decoded(credentials.substr(colon + 1));
}

std::optional<UrlErrc> read_authority(std::string_view text, Endpoint& endpoint) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return UrlErrc::bad_host;
    endpoint.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const std::size_t end = std::min(text.find(':'), text.size());
    rest = text.substr(end);
    // "redis://" and "redis://:6379" are this machine, as for redis-cli.
    if (end != 0) endpoint.host = text.substr(0, end);
  }
  if (endpoint.host.empty() || std::any_of(endpoint.host.begin(), endpoint.host.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '@' || c == '?';
      })) {
    return UrlErrc::bad_host;
  }
  if (rest.empty()) return std::nullopt;
  const auto port = rest.front() == ':' ? number_in<std::uint16_t>(rest.substr(1)) : std::nullopt;
  if (!port || *port == 0) return UrlErrc::bad_port;
  endpoint.port = *port;
  return std::nullopt;
}

std::optional<UrlErrc> read_database(std::string_view digits, Address& address) {
  if (digits.empty()) return std::nullopt;
  const auto database = number_in<std::uint32_t>(digits);
  if (!database) return UrlErrc::bad_database;
  address.database = *database;
  return std::nullopt;
}

std::optional<UrlErrc> read_server(std::string_view text, Address& address) {
  take_credentials(text, address);
  // Options behind a question mark belong to other clients.
  text = text.substr(0, text.find('?'));
  const std::string_view authority = take_until(text, text.find('/'));
  if (const auto error = read_authority(authority, address.endpoint)) return error;
  return read_database(text, address);
}

std::optional<UrlErrc> read_file(std::string_view text, Address& address) {
  take_credentials(text, address);
  const std::string_view path = take_until(text, text.find('?'));
  address.endpoint.path = decoded(path);
  if (!path.starts_with('/') || address.endpoint.path.find('\0') != std::string::npos) {
    return UrlErrc::bad_path;
  }
  while (!text.empty()) {
    const std::string_view option = take_until(text, text.find('&'));
    if (!option.starts_with("db=")) continue;
    if (const auto error = read_database(option.substr(3), address)) return error;
  }
  return std::nullopt;
}

/// Reads "host:port,host:port".
std::optional<UrlErrc> read_hosts(std::string_view hosts, const Endpoint& usual,
                                  std::vector<Endpoint>& endpoints, std::size_t limit,
                                  UrlErrc too_many) {
  do {
    if (endpoints.size() == limit) return too_many;
    endpoints.push_back(usual);
    const std::string_view host = take_until(hosts, hosts.find(','));
    if (const auto error = read_authority(host, endpoints.back())) return error;
  } while (!hosts.empty());
  return std::nullopt;
}

std::optional<UrlErrc> read_cluster(std::string_view text, Address& address) {
  take_credentials(text, address);
  text = text.substr(0, text.find('?'));
  const std::string_view hosts = take_until(text, text.find('/'));
  if (const auto error = read_hosts(hosts, address.endpoint, address.cluster, cluster_url_limit,
                                    UrlErrc::bad_cluster))
    return error;
  // A cluster has database 0 only.
  if (!text.empty() && text != "0") return UrlErrc::bad_database;
  return std::nullopt;
}

std::optional<UrlErrc> read_sentinels(std::string_view text, Address& address) {
  take_credentials(text, address);
  std::string_view options = text;
  text = take_until(options, text.find('?'));
  const std::string_view hosts = take_until(text, text.find('/'));
  Sentinels& sentinels = address.sentinels;
  const Endpoint usual{"localhost", default_sentinel_port, address.endpoint.secure};
  if (const auto error =
          read_hosts(hosts, usual, sentinels.endpoints, sentinel_limit, UrlErrc::bad_sentinels))
    return error;
  sentinels.master = decoded(take_until(text, text.find('/')));
  if (sentinels.master.empty()) return UrlErrc::bad_sentinels;
  while (!options.empty()) {
    std::string_view value = take_until(options, options.find('&'));
    const std::string_view name = take_until(value, value.find('='));
    if (name == "sentinel_user") sentinels.user = decoded(value);
    if (name == "sentinel_password") sentinels.password = decoded(value);
  }
  return read_database(text, address);
}

}  // namespace

std::string_view to_string(UrlErrc code) {
  switch (code) {
    case UrlErrc::too_long:
      return "the URL is too long";
    case UrlErrc::bad_scheme:
      return "the URL's scheme is none of redis, rediss, unix, redis+sentinel, rediss+sentinel, "
             "redis+cluster, rediss+cluster";
    case UrlErrc::bad_host:
      return "the URL has no valid host";
    case UrlErrc::bad_port:
      return "the URL's port is no number from 1 to 65535";
    case UrlErrc::bad_database:
      return "the URL's database is no number, or is not 0 in a cluster";
    case UrlErrc::bad_sentinels:
      return "the URL has too many sentinels, or no name of a master";
    case UrlErrc::bad_cluster:
      return "the URL names too many servers of the cluster";
    case UrlErrc::bad_path:
      return "the URL has no absolute path of a UNIX socket";
  }
  return "the URL is not valid";
}

Result<Address, UrlErrc> parse_url(std::string_view url) {
  if (url.size() > url_limit_bytes) return UrlErrc::too_long;
  const std::size_t end = url.find("://");
  if (end == std::string_view::npos) return UrlErrc::bad_scheme;
  const std::string_view scheme = url.substr(0, end);
  const std::string_view rest = url.substr(end + 3);
  Address address;
  std::optional<UrlErrc> error = UrlErrc::bad_scheme;
  if (scheme == "redis" || scheme == "rediss") {
    address.endpoint.secure = scheme == "rediss";
    error = read_server(rest, address);
  } else if (scheme == "unix" || scheme == "redis+unix") {
    error = read_file(rest, address);
  } else if (scheme == "redis+sentinel" || scheme == "rediss+sentinel") {
    address.endpoint.secure = scheme == "rediss+sentinel";
    error = read_sentinels(rest, address);
  } else if (scheme == "redis+cluster" || scheme == "rediss+cluster") {
    address.endpoint.secure = scheme == "rediss+cluster";
    error = read_cluster(rest, address);
  }
  if (error) return *error;
  return address;
}

Address required_address(std::string_view url) {
  auto address = parse_url(url);
  if (!address)
    throw std::invalid_argument("socketio: the URL of Redis is none: " +
                                std::string(to_string(address.error())));
  return *std::move(address);
}

std::string describe(const Address& address) {
  if (!address.cluster.empty()) return "the cluster at " + net::describe(address.cluster.front());
  if (address.sentinels.endpoints.empty()) return net::describe(address.endpoint);
  return "the master " + address.sentinels.master;
}

}  // namespace socketio::redis
