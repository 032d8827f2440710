// SPDX-License-Identifier: MIT
// The URL of a Redis server, as the clients for JavaScript and redis-cli write it:
//
//   redis://[user[:password]@]host[:port][/database]      rediss:// is the same with TLS
//   unix://[user[:password]@]/path/of/the/socket[?db=database]      redis+unix:// is the same
//   redis+sentinel://[user[:password]@]host[:port][,host[:port]…]/master[/database]
//       asks sentinels where the master of that name is; rediss+sentinel:// uses TLS for all of
//       them; ?sentinel_user= and ?sentinel_password= are for the sentinels
//   redis+cluster://[user[:password]@]host[:port][,host[:port]…]
//       some servers of a cluster, which know the others; rediss+cluster:// uses TLS for all
//
// User, password and path may be percent-encoded. Pure functions; any thread.
#pragma once

#include "base/connector.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::redis {

inline constexpr std::uint16_t default_port = 6379;
/// The longest URL that is read. A URL is written by hand.
inline constexpr std::size_t url_limit_bytes = 4096;

inline constexpr std::uint16_t default_sentinel_port = 26379;
/// Nobody runs more than a handful.
inline constexpr std::size_t sentinel_limit = 16;

/// Where the sentinels are, what they call the master, and who asks them.
struct Sentinels {
  std::vector<Endpoint> endpoints{};
  std::string master{};
  std::string user{};
  std::string password{};
};

/// Servers of a cluster that a URL names. The others are found by asking them.
inline constexpr std::size_t cluster_url_limit = 16;

struct Address {
  // Not used if there are sentinels, or a cluster.
  Endpoint endpoint{"localhost", default_port};
  // None: the endpoint is known.
  Sentinels sentinels{};
  // Servers of a cluster. None: it is no cluster.
  std::vector<Endpoint> cluster{};
  // Empty: the default user, for whom a password is enough.
  std::string user{};
  // Empty: no AUTH.
  std::string password{};
  std::uint32_t database = 0;
};

enum class UrlErrc : std::uint8_t {
  too_long,
  bad_scheme,
  bad_host,
  bad_port,
  bad_database,
  bad_path,
  bad_sentinels,
  bad_cluster,
};
std::string_view to_string(UrlErrc code);

Result<Address, UrlErrc> parse_url(std::string_view url);
/// For a user's options: throws std::invalid_argument instead.
Address required_address(std::string_view url);

/// For messages: where it is, without its secrets.
std::string describe(const Address& address);

}  // namespace socketio::redis
