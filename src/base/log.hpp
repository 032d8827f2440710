// SPDX-License-Identifier: MIT
// The library's log: what happens rarely, in the words of a line. Silent until there is a sink, and
// then one comparison for each call. <socketio/log.hpp> is what users see of it.
//
// Threads: any may write once the sink is set. Setting it is for a time when no loop runs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>

namespace socketio {

enum class LogLevel : std::uint8_t { off, error, warning, info, debug };
enum class LogScope : std::uint8_t { engine, core, server, net, client, redis };
inline constexpr std::size_t log_scopes = 6;
using LogLevels = std::array<LogLevel, log_scopes>;
using LogSink = std::function<void(LogScope scope, LogLevel level, std::string_view line)>;

namespace detail {
extern LogLevels log_levels;
void write_log(LogScope scope, LogLevel level,
               std::initializer_list<std::string_view> parts) noexcept;
}  // namespace detail

/// An empty sink silences all scopes. What it throws is dropped.
void set_log_sink(LogSink sink, const LogLevels& levels);

inline bool is_logged(LogScope scope, LogLevel level) {
  return level <= detail::log_levels[static_cast<std::size_t>(scope)];
}

/// Parts may be a peer's words: the line has neither control characters nor more than
/// 512 bytes. No ids of sessions, which are secrets.
inline void log_line(LogScope scope, LogLevel level,
                     std::initializer_list<std::string_view> parts) noexcept {
  if (is_logged(scope, level)) [[unlikely]] {
    detail::write_log(scope, level, parts);
  }
}

}  // namespace socketio
