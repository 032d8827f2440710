// SPDX-License-Identifier: MIT
// The command line of conformance_server, and the limits that README.md requires in either mode.
#pragma once

#include <socketio/server.hpp>

#include <cbor_parser.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace conformance {

struct Options {
  std::uint16_t port = 0;
  std::size_t threads = 1;
  bool client_files = true;
  std::chrono::milliseconds ping_timeout{200};
  std::string parser = "standard";
  bool hooks = false;
  bool trailing_slash = true;
  bool compression = true;
  bool cleanup = false;
  bool upgrades = true;
  bool recovery = false;
  bool eio3 = false;
  bool metrics = false;
  std::string admin;
  bool admin_auth = false;
  bool admin_readonly = false;
  std::string deflate;
  socketio::TlsCertificate tls;
  std::string unix_path;
  bool proxy_protocol = false;
  int trusted_proxies = 0;
  std::int64_t drain_ms = 0;
};

/// Of --deflate.
inline socketio::DeflateOptions deflate_options(const std::string& contexts) {
  socketio::DeflateOptions deflate;
  if (contexts == "no-contexts") {
    deflate.server_no_context_takeover = deflate.client_no_context_takeover = true;
    deflate.server_max_window_bits = 11;
    deflate.client_max_window_bits = 12;
  }
  return deflate;
}

/// Of --parser.
inline socketio::Parser parser_named(const std::string& name) {
  if (name == "msgpack") return socketio::Parser::msgpack;
  if (name == "cbor") return std::make_shared<example::CborParser>();
  return socketio::Parser::standard;
}

/// The server's options, except for its path.
inline socketio::ServerOptions server_options(const Options& options) {
  socketio::ServerOptions server;
  server.threads = options.threads;
  server.ping_interval = std::chrono::milliseconds(300);
  server.ping_timeout = options.ping_timeout;
  server.upgrade_timeout = std::chrono::milliseconds(1000);
  server.connect_timeout = std::chrono::milliseconds(1000);
  server.max_payload_bytes = 1'000'000;
  server.cors.origins = "*";
  server.serve_client = options.client_files;
  server.parser = parser_named(options.parser);
  server.add_trailing_slash = options.trailing_slash;
  server.http_compression.enabled = options.compression;
  server.allow_upgrades = options.upgrades;
  server.allow_eio3 = options.eio3;
  server.metrics = options.metrics;
  server.cleanup_empty_child_namespaces = options.cleanup;
  server.trust_proxy = options.trusted_proxies;
  if (options.recovery) server.connection_state_recovery = socketio::RecoveryOptions{};
  if (!options.deflate.empty()) server.per_message_deflate = deflate_options(options.deflate);
  return server;
}

/// Reports on stdout that connections are accepted.
void announce(std::uint16_t port);

}  // namespace conformance
