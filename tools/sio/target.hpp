// SPDX-License-Identifier: MIT
// Target: the server that a subcommand talks to, and how, as given on the command line.
//
// Life cycle: options_of() adds the options, the command line is parsed into the Target, then
// client_options() interprets it, or throws UsageError. One thread.
#pragma once

#include <socketio/client.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace sio {

// One day.
inline constexpr int longest_wait_ms = 86'400'000;

/// Adds a number that --help shows as `name`, without its limits.
template <class T>
CLI::Option* add_number(CLI::App& command, const std::string& flags, T& value,
                        const std::string& help, T least, T most, const std::string& name) {
  return command.add_option(flags, value, help)
      ->check(CLI::Range(least, most).description(""))
      ->type_name(name)
      ->capture_default_str();
}

struct Target {
  std::string url;
  // Empty means the URL's.
  std::string nsp;
  std::string path = "/socket.io";
  std::string auth;
  std::vector<std::string> query;
  std::vector<std::string> headers;
  std::vector<std::string> transports;
  bool msgpack = false;
  bool insecure = false;
  std::string ca;
  std::string certificate;
  std::string key;
  std::string proxy;
  int connect_timeout_ms = 20'000;
  bool no_reconnect = false;

  /// Adds the URL and all options except reconnection.
  void add_to(CLI::App& command);
  void add_reconnection_to(CLI::App& command);

  /// The URL, with http:// if no scheme was typed.
  std::string full_url() const;
  socketio::ClientOptions client_options() const;
};

}  // namespace sio
