// SPDX-License-Identifier: MIT
// What the command line and the environment say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace showcase {

struct Options {
  std::uint16_t port = 3001;
  /// Of the Redis that makes several servers one; empty: this server is alone.
  std::string redis_url;
  /// Loops of the server; 0: as many as there are cores.
  std::size_t threads = 1;
  std::filesystem::path web;
  std::filesystem::path database;
  /// That tokens are signed with; empty: the one in the file `jwt-secret` beside the database.
  std::string jwt_secret;
  /// How many seconds a token counts.
  unsigned token_lifetime = 15 * 60;
  /// Of the administrator; empty: the first account is the administrator's.
  std::string admin_email;
  /// That play in the arena from the start.
  unsigned bots = 0;
  /// Of the server that has connection state recovery.
  std::uint16_t recovery_port = 0;
};

/// Ends the process after --help and after what cannot be understood.
Options parse_options(int argc, const char* const* argv);

/// In one line, as the environment would say it.
std::string to_string(const Options& options);

}  // namespace showcase
