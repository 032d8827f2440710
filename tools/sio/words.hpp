// SPDX-License-Identifier: MIT
// What people type as arguments of events: JSON, bare words, which are strings, and @file, which is
// a file's bytes. Pure functions but for the reading of files; they throw UsageError.
#pragma once

#include <socketio/arguments.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sio {

/// More than this a server would have to be told to accept.
inline constexpr std::size_t file_limit_bytes = 64 * 1024 * 1024;

/// The words of a line. A word that begins like a JSON string, array or object ends where that
/// ends, blanks included.
std::vector<std::string> split_line(std::string_view line);

/// What CLI11 would take for an option or a list of its own (-5, [1,2]) gets a blank in front,
/// which unguarded() takes off again.
std::string guarded(std::string word);
std::string unguarded(std::string word);

/// Throws UsageError for a name that events of the protocol have: no client sends it.
void check_event_name(const std::string& name);

/// JSON, @file, or a string.
socketio::json read_argument(std::string_view word);

/// Each word is one argument.
socketio::Arguments read_arguments(const std::vector<std::string>& words);

}  // namespace sio
