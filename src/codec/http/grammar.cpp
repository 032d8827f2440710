// SPDX-License-Identifier: MIT
#include "codec/http/grammar.hpp"

#include "base/byte_block.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

namespace socketio::http {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

using CharacterSet = std::array<bool, 256>;

constexpr CharacterSet alphanumeric_and(std::string_view others) {
  CharacterSet set{};
  for (std::size_t i = 0; i < set.size(); ++i) {
    const char c = static_cast<char>(i);
    set[i] = is_digit(c) || is_alpha(c) || others.find(c) != std::string_view::npos;
  }
  return set;
}

constexpr CharacterSet token_characters = alphanumeric_and("!#$%&'*+-.^_`|~");
constexpr CharacterSet host_characters = alphanumeric_and("-._~!$&'()*+;=:[]%");

bool is_in(const CharacterSet& set, char c) { return set[static_cast<unsigned char>(c)]; }

bool consists_of(std::string_view text, const CharacterSet& set) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_in(set, c); });
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_method(std::string_view text) {
  if (text.empty() || text.size() > max_method_bytes || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
}

/// The position of the first byte outside a set, or the size. `outside` says of a block which of its
/// bytes are.
template <class Outside>
std::size_t find_outside(std::string_view bytes, Outside outside) {
  constexpr std::size_t size = sizeof(ByteBlock);
  std::size_t done = 0;
  for (; bytes.size() - done >= size; done += size) {
    const auto found = std::bit_cast<ByteBlock>(outside(load_block(bytes.data() + done)));
    if (!is_zero(found)) return done + first_set(found);
  }
  const std::size_t left = bytes.size() - done;
  if (left == 0) return done;
  const auto found = std::bit_cast<ByteBlock>(outside(load_block(bytes.data() + done, left)));
  return is_zero(found) ? bytes.size() : done + std::min(first_set(found), left);
}

// A fragment is not part of a request target: clients keep it to themselves.
bool is_path_and_query(std::string_view text) {
  const auto outside = [](const ByteBlock& block) {
    return (block <= ' ') | (block >= 0x7f) | (block == '#');
  };
  return find_outside(text, outside) == text.size();
}

struct Target {
  std::string_view origin_form;
  std::string_view authority;
};

// RFC 9112 3.2.2. A user name before the host is refused (RFC 9110 4.2.4), as is any other
// character that a host cannot contain.
std::optional<Target> parse_absolute_form(std::string_view method, std::string_view text) {
  constexpr std::string_view separator = "://";
  const auto scheme_end = text.find(separator);
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const auto scheme = text.substr(0, scheme_end);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
    return std::nullopt;
  }
  const auto behind = text.substr(scheme_end + separator.size());
  const auto authority = behind.substr(0, behind.find_first_of("/?"));
  const auto path_and_query = behind.substr(authority.size());
  if (!is_host(authority) || authority.front() == ':') return std::nullopt;
  if (!is_path_and_query(path_and_query)) return std::nullopt;
  // OPTIONS without a path asks about the whole server (3.2.4).
  if (path_and_query.empty()) return Target{method == "OPTIONS" ? "*" : "/", authority};
  return Target{path_and_query, authority};
}

// RFC 9112 3.2. CONNECT and its authority-form are for proxies, and this is none.
std::optional<Target> parse_target(std::string_view method, std::string_view text) {
  if (method == "CONNECT") return std::nullopt;
  if (text == "*" && method == "OPTIONS") return Target{text, {}};
  if (!text.starts_with('/')) return parse_absolute_form(method, text);
  if (!is_path_and_query(text)) return std::nullopt;
  return Target{text, {}};
}

Result<std::uint8_t, Errc> parse_version(std::string_view text) {
  constexpr std::string_view prefix = "HTTP/";
  const bool well_formed = text.size() == 8 && text.starts_with(prefix) && is_digit(text[5]) &&
                           text[6] == '.' && is_digit(text[7]);
  if (!well_formed) return Errc::bad_request;
  if (text[5] != '1' || text[7] > '1') return Errc::version_not_supported;
  return static_cast<std::uint8_t>(text[7] - '0');
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
  // Always fits 64 bits.
  constexpr std::size_t max_digits = 19;
  if (text.empty() || text.size() > max_digits) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::uint64_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

}  // namespace

bool is_token(std::string_view text) { return consists_of(text, token_characters); }

std::size_t text_bytes(std::string_view bytes) {
  return find_outside(bytes, [](const ByteBlock& block) {
    return ((block < 0x20) & (block != '\t')) | (block == 0x7f);
  });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Result<RequestLine, Errc> parse_request_line(std::string_view line) {
  const auto method_end = line.find(' ');
  if (method_end == std::string_view::npos) return Errc::bad_request;
  const auto target_end = line.find(' ', method_end + 1);
  if (target_end == std::string_view::npos) return Errc::bad_request;

  const auto method = line.substr(0, method_end);
  if (!is_method(method)) return Errc::bad_request;
  const auto version = parse_version(line.substr(target_end + 1));
  if (!version) return version.error();
  const auto target =
      parse_target(method, line.substr(method_end + 1, target_end - method_end - 1));
  if (!target) return Errc::bad_request;
  return RequestLine{method, target->origin_form, target->authority, *version};
}

Result<StatusLine, Errc> parse_status_line(std::string_view line) {
  const auto version = parse_version(line.substr(0, 8));
  if (!version) return version.error();
  // The reason phrase may be empty; some servers then omit the blank before it as well.
  const auto rest = line.substr(8);
  const bool well_formed = rest.size() >= 4 && rest[0] == ' ' && rest[1] >= '1' && rest[1] <= '5' &&
                           is_digit(rest[2]) && is_digit(rest[3]) &&
                           (rest.size() == 4 || rest[4] == ' ');
  if (!well_formed) return Errc::bad_request;
  const auto status = (rest[1] - '0') * 100 + (rest[2] - '0') * 10 + (rest[3] - '0');
  return StatusLine{static_cast<std::uint16_t>(status), *version};
}

std::optional<Headers::Field> parse_field_line(std::string_view line) {
  std::size_t name_bytes = 0;
  while (name_bytes < line.size() && is_in(token_characters, line[name_bytes])) ++name_bytes;
  if (name_bytes == 0 || name_bytes == line.size() || line[name_bytes] != ':') return std::nullopt;
  const std::string_view name{line.data(), name_bytes};
  line.remove_prefix(name_bytes + 1);
  return Headers::Field{name, trim(line)};
}

Result<Framing, Errc> framing_of(const Headers& headers, std::uint8_t minor_version) {
  const Occurrence lengths = occurrence_of(headers, "Content-Length");
  const Occurrence codings = occurrence_of(headers, "Transfer-Encoding");
  // A message whose end is announced twice is how requests are smuggled (RFC 9112 6.1, 6.3, 11.2).
  if (lengths.count + codings.count > 1) return Errc::bad_request;
  if (codings.count == 1) {
    if (minor_version == 0) return Errc::bad_request;
    if (!equals_ignoring_case(codings.value, "chunked")) return Errc::transfer_encoding;
    return Framing{Framing::Kind::chunks, 0};
  }
  if (lengths.count == 0) return Framing{};
  const auto length = parse_length(lengths.value);
  if (!length) return Errc::bad_request;
  return Framing{Framing::Kind::length, *length};
}

bool keeps_alive(const Headers& headers, std::uint8_t minor_version) {
  if (headers.list_contains("Connection", "close")) return false;
  return minor_version >= 1 || headers.list_contains("Connection", "keep-alive");
}

bool is_host(std::string_view text) { return consists_of(text, host_characters); }

}  // namespace socketio::http
