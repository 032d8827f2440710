// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <string>
#include <system_error>

namespace showcase {
namespace {

namespace fs = std::filesystem;

/// An installed server has the page beside it; one in the build folder takes that of the sources.
fs::path default_web() {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path beside = folder / "web";
  if (fs::exists(beside / "index.html", error)) return beside;
  for (fs::path above = folder; above != above.root_path(); above = above.parent_path()) {
    const fs::path built = above / "examples/showcase/web/dist";
    if (fs::exists(built / "index.html", error)) return built;
  }
  return beside;
}

/// XDG Base Directory Specification: $XDG_STATE_HOME, else ~/.local/state.
fs::path default_database() {
  const fs::path file = "socketio-showcase/showcase.sqlite";
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state && fs::path(state).is_absolute()) return state / file;
  const char* home = std::getenv("HOME");
  if (home && fs::path(home).is_absolute()) return home / fs::path(".local/state") / file;
  return "showcase.sqlite";
}

/// Without user and password.
std::string shown_url(const std::string& url) {
  const auto host = url.find('@');
  return host == std::string::npos ? url : "…" + url.substr(host);
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  Options options;
  options.web = default_web();
  options.database = default_database();
  CLI::App app{"The showcase of socketio-cpp: what Socket.IO is used for, on one page each"};
  app.add_option("--port", options.port, "Port to listen on; 0 takes a free one")
      ->envname("PORT")
      ->capture_default_str();
  app.add_option("--redis-url", options.redis_url,
                 "Of a Redis: all servers on it are one; none: this server is alone")
      ->envname("REDIS_URL");
  app.add_option("--threads", options.threads, "Loops of the server; 0: one for each core")
      ->envname("THREADS")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  app.add_option("--web", options.web, "Folder of the built page")->capture_default_str();
  app.add_option("--database", options.database, "SQLite file of all data")
      ->envname("DATABASE")
      ->capture_default_str();
  // A secret on the command line would be seen by every user of the machine.
  if (const char* secret = std::getenv("JWT_SECRET")) options.jwt_secret = secret;
  app.add_option("--token-lifetime", options.token_lifetime, "Seconds that a token counts")
      ->envname("TOKEN_LIFETIME")
      ->check(CLI::Range(1, 365 * 24 * 60 * 60))
      ->capture_default_str();
  app.add_option("--admin-email", options.admin_email,
                 "Address of the administrator's account; none: the first account")
      ->envname("ADMIN_EMAIL");
  app.add_option("--bots", options.bots, "Bots that play in the arena from the start")
      ->envname("BOTS")
      ->check(CLI::Range(0, 50))
      ->capture_default_str();
  app.add_option(
         "--recovery-port", options.recovery_port,
         "Port of the second server, which has connection state recovery; 0 takes a free one")
      ->envname("RECOVERY_PORT")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return options;
}

std::string to_string(const Options& options) {
  return "PORT=" + std::to_string(options.port) + " REDIS_URL=" + shown_url(options.redis_url) +
         " THREADS=" + std::to_string(options.threads) + " DATABASE=" + options.database.string() +
         " TOKEN_LIFETIME=" + std::to_string(options.token_lifetime) +
         " ADMIN_EMAIL=" + options.admin_email + " BOTS=" + std::to_string(options.bots) +
         " RECOVERY_PORT=" + std::to_string(options.recovery_port);
}

}  // namespace showcase
