// SPDX-License-Identifier: MIT
// A log of what happens rarely: connections, refusals, upgrades, ends with their reasons, errors,
// limits that were reached. Silent by default.
//
//   socketio::log::set_sink([](const socketio::log::Record& record) { … }, "engine:debug,core:info");
//
// docs/observability.md lists the scopes and what each says. For an executable, from_environment()
// does what DEBUG does in JavaScript.
//
// Threads: set the sink before servers and clients run. It is called on their loops, and must not
// take long; with several of them, on several threads at once.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string_view>

namespace socketio::log {

enum class Level : std::uint8_t { off, error, warning, info, debug };
enum class Scope : std::uint8_t { engine, core, server, net, client, redis };
std::string_view to_string(Level level);
std::string_view to_string(Scope scope);

struct Record {
  Scope scope;
  Level level;
  /// One line without control characters, at most 512 bytes, valid during the call. Names and
  /// addresses of peers are in it; ids of sessions, which are secrets, are not.
  std::string_view text;
};

/// What it throws is dropped.
using Sink = std::function<void(const Record& record)>;

/// `levels` is a list such as "engine:debug,core:info"; a level alone ("info"), or behind `*`, is
/// that of all scopes, and a later entry overrides an earlier one. Scopes that are not named are
/// silent, and so is everything with an empty sink. Throws std::invalid_argument for other words.
void set_sink(Sink sink, std::string_view levels = "info");

/// A sink: `engine debug session opened …`.
inline void write_to_stderr(const Record& record) {
  const std::string_view scope = to_string(record.scope);
  const std::string_view level = to_string(record.level);
  std::fprintf(stderr, "%.*s %.*s %.*s\n", static_cast<int>(scope.size()), scope.data(),
               static_cast<int>(level.size()), level.data(), static_cast<int>(record.text.size()),
               record.text.data());
}

/// Writes to stderr what SOCKETIO_LOG asks for, if it is set.
inline void from_environment() {
  const char* const levels = std::getenv("SOCKETIO_LOG");
  if (levels && *levels) set_sink(write_to_stderr, levels);
}

}  // namespace socketio::log
