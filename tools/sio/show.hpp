// SPDX-License-Identifier: MIT
// The form in which values, events and errors are shown: on a terminal, which a peer must not be
// able to control, or as lines of JSON. Pure functions, except Style::of.
#pragma once

#include <socketio/client.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>

namespace sio {

/// Colours, or none: files, pipes, NO_COLOR and dumb terminals get plain text.
class Style {
 public:
  static Style of(std::FILE* stream);
  static Style plain() { return Style(""); }

  bool has_colours() const { return !reset_.empty(); }
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string bad(std::string_view text) const { return paint("31", text); }
  std::string good(std::string_view text) const { return paint("32", text); }
  std::string name(std::string_view text) const { return paint("36", text); }

 private:
  explicit Style(std::string_view reset) : reset_(reset) {}
  std::string paint(std::string_view code, std::string_view text) const;

  std::string reset_;
};

/// Shows control characters as \u00xx, so that nothing from a peer can move the cursor.
std::string without_controls(std::string_view text);

/// JSON on one line; binary data as its size and first bytes.
std::string to_text(const socketio::json& value);

/// The elements of an array, with a blank before each.
std::string to_text_list(const socketio::json& values);

/// An event's name, unchanged if it is a word, otherwise in quotes.
std::string to_word(std::string_view name);

/// JSON on one line for programs; binary data as JSON.stringify writes a Node.js Buffer.
std::string to_json_line(const socketio::json& value);

/// "xhr poll error (HTTP 404: …)"
std::string to_text(const socketio::ConnectionError& error);

/// Why there is no acknowledgement.
std::string to_text(std::error_code error);

/// 2026-11-23T21:04:05.123Z
std::string utc_time(std::chrono::system_clock::time_point time);
/// 21:04:05.123, local
std::string clock_time(std::chrono::system_clock::time_point time);

/// "2.13 ms", "870 µs", "12.4 s"
std::string to_text(std::chrono::nanoseconds duration);

}  // namespace sio
