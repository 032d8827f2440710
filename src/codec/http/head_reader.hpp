// SPDX-License-Identifier: MIT
// Reads the head of an HTTP/1.1 message line by line: hands out the start line, then puts each
// field into the headers, until the empty line. Life cycle: one per message, or one after another
// with restart_message(). Memory is bounded by the limit for the start line and by
// Limits::header_bytes, which counts every other line, including the empty one that ends the head
// and those before the start line.
#pragma once

#include "base/result.hpp"
#include "codec/http/limits.hpp"
#include "codec/http/line_reader.hpp"
#include "codec/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace socketio::http {

class HeadReader {
 public:
  enum class Event : std::uint8_t { need_more, start_line, start_line_too_long, end };

  /// The limits outlive it.
  HeadReader(const Limits& limits, std::size_t start_line_limit);

  /// Consumes from the front of `bytes` up to the next event, but nothing after Event::end.
  Result<Event, Errc> next(std::string_view& bytes, Headers& headers);

  /// After Event::start_line: valid until the next call, and no longer than the bytes.
  std::string_view start_line() const { return lines_.line(); }

  /// Starts over with another head, which counts against the same limit (interim responses).
  void restart() {
    start_line_done_ = false;
    fields_ = 0;
  }
  /// Starts over with another message.
  void restart_message() {
    restart();
    used_bytes_ = 0;
    lines_.restart();
  }
  /// The memory that restart_message() keeps.
  std::size_t kept_bytes() const { return lines_.kept_bytes(); }

 private:
  enum class Line : std::uint8_t { need_more, complete, start_line_too_long };
  Result<Line, Errc> next_line(std::string_view& bytes);

  const Limits& limits_;
  const std::size_t start_line_limit_;
  LineReader lines_;
  std::size_t used_bytes_ = 0;
  std::size_t fields_ = 0;
  bool start_line_done_ = false;
};

}  // namespace socketio::http
