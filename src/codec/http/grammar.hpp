// SPDX-License-Identifier: MIT
// The parts of the HTTP/1.1 grammar that requests, responses and trailers share. Each function
// checks one complete line or field (RFC 9110 section 5, RFC 9112 sections 3 to 6). Strict:
// anything that the grammar does not allow, or allows only for the sake of old peers, is refused.
// Pure functions, any thread.
#pragma once

#include "base/result.hpp"
#include "codec/http/limits.hpp"
#include "codec/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace socketio::http {

/// Methods are registered words; the longest has 17 letters.
constexpr std::size_t max_method_bytes = 24;

bool is_token(std::string_view text);

/// Every byte except control characters; of those, the tab is allowed (RFC 9110 5.5).
constexpr bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t';
}

/// How many bytes at the front are text.
std::size_t text_bytes(std::string_view bytes);

/// Whether all of it is_text().
inline bool is_field_value(std::string_view text) { return text_bytes(text) == text.size(); }

/// Removes blanks and tabs at both ends.
std::string_view trim(std::string_view text);

struct RequestLine {
  std::string_view method;
  std::string_view target;     // origin-form, which may lack the slash behind a host, or "*"
  std::string_view authority;  // of a target that came in absolute-form; empty otherwise
  std::uint8_t minor_version;
};

Result<RequestLine, Errc> parse_request_line(std::string_view line);

struct StatusLine {
  std::uint16_t status;
  std::uint8_t minor_version;
};

Result<StatusLine, Errc> parse_status_line(std::string_view line);

/// Splits a line from LineReader, which has checked its characters, into name and value. Nothing if
/// the line is folded, has blanks around the name, or has no name.
std::optional<Headers::Field> parse_field_line(std::string_view line);

/// What the head says about the body that follows (RFC 9112 6.1 to 6.3).
struct Framing {
  enum class Kind : std::uint8_t { none, length, chunks, stream };
  Kind kind = Kind::none;
  std::uint64_t length = 0;
};

/// `Kind::none` if there is neither Content-Length nor Transfer-Encoding.
Result<Framing, Errc> framing_of(const Headers& headers, std::uint8_t minor_version);

/// Whether the connection stays open after the message (RFC 9112 9.3).
bool keeps_alive(const Headers& headers, std::uint8_t minor_version);

/// How many fields have a name, and the value of the first.
struct Occurrence {
  std::size_t count = 0;
  std::string_view value;
};

[[gnu::always_inline]] inline Occurrence occurrence_of(const Headers& headers,
                                                       std::string_view name) {
  Occurrence seen;
  headers.for_each(name, [&](std::string_view value) {
    if (seen.count++ == 0) seen.value = value;
  });
  return seen;
}

/// Whether `text` is a value of Host: a name or address with an optional port (RFC 9110
/// 7.2), not empty.
bool is_host(std::string_view text);

}  // namespace socketio::http
