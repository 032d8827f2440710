// SPDX-License-Identifier: MIT
#include "echo_server.hpp"
#include "options.hpp"
#include "socket_server.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

namespace conformance {

void announce(std::uint16_t port) { std::cout << "listening on " << port << std::endl; }

}  // namespace conformance

int main(int argc, char** argv) {
  conformance::Options options;
  bool engine = false;
  std::int64_t ping_timeout_ms = options.ping_timeout.count();
  CLI::App app("The server that the conformance cases speak to");
  app.add_option("--port", options.port, "TCP port of 127.0.0.1; 0 picks a free one");
  app.add_flag("--engine", engine, "plain Engine.IO that sends every message back");
  app.add_option("--threads", options.threads, "loops");
  app.add_flag("!--no-client-files", options.client_files, "the browser client is not served");
  app.add_option("--ping-timeout", ping_timeout_ms, "milliseconds to wait for a pong");
  app.add_flag("--hooks", options.hooks, "cookie and functions below Socket.IO");
  app.add_flag("!--no-trailing-slash", options.trailing_slash, "no slash behind the path");
  app.add_flag("!--no-compression", options.compression, "polls are not compressed");
  app.add_flag("--cleanup", options.cleanup, "empty namespaces of a pattern end");
  app.add_option("--deflate", options.deflate, "permessage-deflate: contexts or no-contexts");
  app.add_flag("--recovery", options.recovery, "clients may come back");
  app.add_flag("!--no-upgrades", options.upgrades, "sessions over polling stay there");
  app.add_flag("--eio3", options.eio3, "clients of Engine.IO 3 are accepted");
  app.add_flag("--metrics", options.metrics, "metrics, at /metrics");
  app.add_option("--admin", options.admin, "the Admin UI: development or production");
  app.add_flag("--admin-auth", options.admin_auth, "it asks for a password");
  app.add_flag("--admin-readonly", options.admin_readonly, "it changes nothing");
  app.add_option("--tls-cert", options.tls.certificate_file, "PEM file; the server speaks https");
  app.add_option("--tls-key", options.tls.key_file, "its key");
  app.add_option("--unix", options.unix_path, "file of a UNIX socket instead of a port");
  app.add_flag("--proxy-protocol", options.proxy_protocol, "connections begin with its header");
  app.add_option("--trusted-proxies", options.trusted_proxies, "how many speak for their clients");
  app.add_option("--drain", options.drain_ms, "milliseconds over which SIGTERM spreads the end");
  app.add_option("--parser", options.parser, "standard, msgpack or cbor");
  CLI11_PARSE(app, argc, argv);
  options.ping_timeout = std::chrono::milliseconds(ping_timeout_ms);

  try {
    engine ? conformance::serve_engine(options) : conformance::serve_socketio(options);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "conformance_server: " << error.what() << '\n';
    return 1;
  }
}
