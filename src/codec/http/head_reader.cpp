// SPDX-License-Identifier: MIT
#include "codec/http/head_reader.hpp"

#include "codec/http/grammar.hpp"

#include <algorithm>

namespace socketio::http {
namespace {

// The headers of a browser's usual request.
constexpr std::size_t usual_header_bytes = 768;

/// Makes room for the fields in `bytes`, which is what has arrived behind the start line: a poll that waits
/// keeps its request, so there should be no more than it needs.
void reserve(Headers& headers, std::string_view bytes) {
  headers.reserve(bytes.empty() ? usual_header_bytes : std::min(bytes.size(), usual_header_bytes));
}

}  // namespace

HeadReader::HeadReader(const Limits& limits, std::size_t start_line_limit)
    : limits_(limits), start_line_limit_(start_line_limit) {}

Result<HeadReader::Event, Errc> HeadReader::next(std::string_view& bytes, Headers& headers) {
  while (!bytes.empty()) {
    const auto line = next_line(bytes);
    if (!line) return line.error();
    if (*line == Line::need_more) break;
    if (*line == Line::start_line_too_long) return Event::start_line_too_long;
    if (!start_line_done_) {
      // Some peers send an extra CRLF after a body (RFC 9112 2.2).
      if (lines_.line().empty()) continue;
      start_line_done_ = true;
      reserve(headers, bytes);
      return Event::start_line;
    }
    if (lines_.line().empty()) return Event::end;
    const auto field = parse_field_line(lines_.line());
    if (!field) return Errc::bad_request;
    if (fields_ == limits_.header_count) return Errc::headers_too_large;
    ++fields_;
    headers.add(field->name, field->value);
  }
  return Event::need_more;
}

Result<HeadReader::Line, Errc> HeadReader::next_line(std::string_view& bytes) {
  const auto left = limits_.header_bytes - used_bytes_;
  if (left < crlf_bytes) return Errc::headers_too_large;
  const auto limit = start_line_done_ ? left - crlf_bytes : start_line_limit_;

  switch (lines_.feed(bytes, limit)) {
    case LineReader::Outcome::need_more:
      return Line::need_more;
    case LineReader::Outcome::malformed:
      return Errc::bad_request;
    case LineReader::Outcome::too_long:
      if (start_line_done_) return Errc::headers_too_large;
      return Line::start_line_too_long;
    case LineReader::Outcome::line:
      break;
  }
  const bool is_start_line = !start_line_done_ && !lines_.line().empty();
  if (!is_start_line) used_bytes_ += lines_.line().size() + crlf_bytes;
  return Line::complete;
}

}  // namespace socketio::http
