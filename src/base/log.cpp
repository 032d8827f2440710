// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include "base/immortal.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace socketio {

namespace {

constexpr std::size_t line_limit_bytes = 512;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

constinit LogLevels detail::log_levels{};

void set_log_sink(LogSink sink, const LogLevels& levels) {
  detail::log_levels = sink ? levels : LogLevels{};
  immortal<LogSink>() = std::move(sink);
}

void detail::write_log(LogScope scope, LogLevel level,
                       std::initializer_list<std::string_view> parts) noexcept {
  try {
    std::string line;
    for (const std::string_view part : parts) {
      line += part.substr(0, line_limit_bytes - line.size());
    }
    std::replace_if(line.begin(), line.end(), is_control, '?');
    immortal<LogSink>()(scope, level, line);
  } catch (...) {
    // A log that fails must not end a connection.
    return;
  }
}

}  // namespace socketio
