// SPDX-License-Identifier: MIT
// Splits a stream of bytes into lines that end in CRLF. No other line end is accepted: a bare LF, a
// bare CR or any other control character except the tab is refused as it arrives (RFC 9112 section
// 2.2). Each byte is looked at twice at most, however the stream is split. Bytes are copied only if a
// line arrives in pieces.
#pragma once

#include "codec/http/grammar.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::http {

/// Carriage return and line feed, the only line end (RFC 9112 section 2.2).
inline constexpr std::size_t crlf_bytes = 2;

class LineReader {
 public:
  enum class Outcome : std::uint8_t { need_more, line, too_long, malformed };

  /// Consumes from the front of `bytes`, at most to the end of one line, which may have `limit`
  /// bytes before its CRLF. The limit may change between lines, but not within one.
  Outcome feed(std::string_view& bytes, std::size_t limit) {
    return take_whole_line(bytes, limit) ? Outcome::line : feed_piece(bytes, limit);
  }

  /// After Outcome::line: the line without its CRLF, valid until the next feed() and no longer than
  /// the bytes. After Outcome::too_long: as much of the line as the limit allowed.
  std::string_view line() const { return line_; }

  /// For the lines of another message.
  void restart() {
    held_.clear();
    cr_seen_ = handed_out_ = false;
  }
  /// The memory that restart() keeps.
  std::size_t kept_bytes() const { return held_.capacity(); }

 private:
  /// What nearly always happens: all of the line, and its end, are there.
  bool take_whole_line(std::string_view& bytes, std::size_t limit) {
    if (!held_.empty() || cr_seen_) return false;
    const std::size_t n = text_bytes({bytes.data(), std::min(bytes.size(), limit)});
    if (bytes.size() < n + crlf_bytes || bytes[n] != '\r' || bytes[n + 1] != '\n') return false;
    line_ = {bytes.data(), n};
    bytes.remove_prefix(n + crlf_bytes);
    return true;
  }
  Outcome feed_piece(std::string_view& bytes, std::size_t limit);
  Outcome end_line(std::string_view& bytes, std::size_t content_bytes, std::size_t lf_position);

  // The part of an unfinished line that has arrived.
  std::string held_;
  std::string_view line_;
  // A CR, which is not kept in held_, followed it.
  bool cr_seen_ = false;
  // line_ is complete: the next byte starts another.
  bool handed_out_ = false;
};

}  // namespace socketio::http
