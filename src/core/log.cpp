// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <socketio/log.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace socketio::log {

namespace {

constexpr std::array<std::string_view, 5> level_names{"off", "error", "warning", "info", "debug"};
constexpr std::array<std::string_view, log_scopes> scope_names{"engine", "core",   "server",
                                                               "net",    "client", "redis"};
static_assert(static_cast<int>(Level::debug) == static_cast<int>(LogLevel::debug));
static_assert(static_cast<int>(Scope::redis) == static_cast<int>(LogScope::redis));

template <std::size_t size>
std::size_t index_of(const std::array<std::string_view, size>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw std::invalid_argument("neither a scope nor a level of the log: " + std::string(name));
  }
  return static_cast<std::size_t>(found - names.begin());
}

void apply(std::string_view entry, LogLevels& levels) {
  const auto colon = entry.find(':');
  const auto level_name = colon == std::string_view::npos ? entry : entry.substr(colon + 1);
  const auto level = static_cast<LogLevel>(index_of(level_names, level_name));
  const auto scope = colon == std::string_view::npos ? "*" : entry.substr(0, colon);
  if (scope == "*") {
    levels.fill(level);
  } else {
    levels[index_of(scope_names, scope)] = level;
  }
}

LogLevels parse(std::string_view list) {
  LogLevels levels{};
  while (true) {
    const auto comma = list.find(',');
    apply(list.substr(0, comma), levels);
    if (comma == std::string_view::npos) return levels;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

std::string_view to_string(Level level) { return level_names[static_cast<std::size_t>(level)]; }

std::string_view to_string(Scope scope) { return scope_names[static_cast<std::size_t>(scope)]; }

void set_sink(Sink sink, std::string_view levels) {
  const LogLevels parsed = parse(levels);
  if (!sink) return set_log_sink({}, {});
  set_log_sink(
      [sink = std::move(sink)](LogScope scope, LogLevel level, std::string_view line) {
        sink({static_cast<Scope>(scope), static_cast<Level>(level), line});
      },
      parsed);
}

}  // namespace socketio::log
