// SPDX-License-Identifier: MIT
// The command line of conformance_server, and the limits that README.md requires in either mode.
#pragma once

#include <socketio/server.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace conformance {

struct Options {
  std::uint16_t port = 0;
  std::string client_folder;
  std::chrono::milliseconds ping_timeout{200};
};

/// The server's options, except for its path.
inline socketio::ServerOptions server_options(const Options& options) {
  socketio::ServerOptions server;
  server.ping_interval = std::chrono::milliseconds(300);
  server.ping_timeout = options.ping_timeout;
  server.upgrade_timeout = std::chrono::milliseconds(1000);
  server.connect_timeout = std::chrono::milliseconds(1000);
  server.max_payload_bytes = 1'000'000;
  server.cors.origins = "*";
  server.client_folder = options.client_folder;
  return server;
}

/// Reports on stdout that connections are accepted.
void announce(std::uint16_t port);

}  // namespace conformance
