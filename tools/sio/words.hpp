// SPDX-License-Identifier: MIT
// What people type as arguments of events: JSON, bare words, which are strings, and @file, which is
// the contents of a file. Pure functions, except that they read files. They throw UsageError.
#pragma once

#include <socketio/arguments.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sio {

/// A server would need special options to accept more than this.
inline constexpr std::size_t file_limit_bytes = 64 * 1024 * 1024;

/// Splits a line into words. A word that begins with a JSON string, array or object ends where that
/// ends, and may contain blanks.
std::vector<std::string> split_line(std::string_view line);

/// guarded() puts a blank before words that CLI11 would take for an option or a list of its own
/// (-5, [1,2]); unguarded() removes it.
std::string guarded(std::string word);
std::string unguarded(std::string word);

/// Throws UsageError for a name that the protocol reserves, which no client may send.
void check_event_name(const std::string& name);

/// Reads JSON, @file, or a string.
socketio::json read_argument(std::string_view word);

/// Reads each word as one argument.
socketio::Arguments read_arguments(const std::vector<std::string>& words);

}  // namespace sio
