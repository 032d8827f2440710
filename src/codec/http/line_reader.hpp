// SPDX-License-Identifier: MIT
// Cuts a stream of bytes into lines that end in CRLF, and in nothing else: a bare LF, a bare CR
// or any other control character but the tab is refused as it arrives (RFC 9112 section 2.2).
// Each byte is looked at once, however the stream is split; bytes are copied only if a line
// arrives in pieces.
#pragma once

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
  /// bytes before its CRLF. The limit may change between lines, not within one.
  Outcome feed(std::string_view& bytes, std::size_t limit);

  /// After Outcome::line: the line without its CRLF, valid while the bytes are and until the next
  /// feed(). After Outcome::too_long: what the limit allowed of it.
  std::string_view line() const { return line_; }

 private:
  Outcome end_line(std::string_view& bytes, std::size_t content_bytes, std::size_t lf_position);

  std::string held_;  // the part of a line that earlier calls brought
  std::string_view line_;
  bool cr_seen_ = false;     // the held part ended with the CR, which is not held
  bool handed_out_ = false;  // line_ is complete: the next byte starts another
};

}  // namespace socketio::http
