// SPDX-License-Identifier: MIT
#include "codec/http/message.hpp"

#include "codec/http/grammar.hpp"
#include "codec/http/utf8.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <iterator>
#include <limits>
#include <utility>

namespace socketio::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// lower() for each byte of a word, without a branch: header names are compared all the time.
template <class Word>
Word lower_bytes(Word word) {
  constexpr Word ones = static_cast<Word>(-1) / 0xff;
  constexpr Word high_bits = 0x80 * ones;
  // The sums carry into the high bit of a byte, and never beyond it.
  const Word low_bits = word & ~high_bits;
  const Word from_a = low_bits + (0x80 - 'A') * ones;
  const Word behind_z = low_bits + (0x80 - 'Z' - 1) * ones;
  const Word capitals = ~word & (from_a ^ behind_z) & high_bits;
  return word | capitals >> 2;
}

/// Both are of the same size, which is at least that of a word. The last word overlaps the one before
/// it.
template <class Word>
bool equal_by_words(std::string_view a, std::string_view b) {
  const auto equal_at = [&](std::size_t position) {
    Word x;
    Word y;
    std::memcpy(&x, a.data() + position, sizeof x);
    std::memcpy(&y, b.data() + position, sizeof y);
    return x == y || lower_bytes(x) == lower_bytes(y);
  };
  const std::size_t last = a.size() - sizeof(Word);
  for (std::size_t position = 0; position < last; position += sizeof(Word)) {
    if (!equal_at(position)) return false;
  }
  return equal_at(last);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Returns the text before `separator` and removes both from `rest`.
std::string_view cut(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  if (end == rest.npos) return std::exchange(rest, {});
  const std::string_view front{rest.data(), end};
  rest.remove_prefix(end + 1);
  return front;
}

bool is_decoded(std::string_view encoded) {
  return encoded.find('%') == encoded.npos && encoded.find('+') == encoded.npos;
}

std::string query_text(std::string_view encoded) {
  if (is_decoded(encoded)) return std::string(encoded);
  return with_replacements(percent_decode(encoded, Plus::is_blank));
}

/// Headers of which Node.js keeps only the first line (http.IncomingMessage, `message.headers`).
constexpr std::string_view single_headers[] = {
    "age",
    "authorization",
    "content-length",
    "content-type",
    "etag",
    "expires",
    "from",
    "host",
    "if-modified-since",
    "if-unmodified-since",
    "last-modified",
    "location",
    "max-forwards",
    "proxy-authorization",
    "referer",
    "retry-after",
    "server",
    "user-agent",
};

struct Reason {
  std::uint16_t status;
  std::string_view phrase;
};

constexpr Reason reasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() >= sizeof(std::uint64_t)) return equal_by_words<std::uint64_t>(a, b);
  if (a.size() >= sizeof(std::uint32_t)) return equal_by_words<std::uint32_t>(a, b);
  return std::equal(a.begin(), a.end(), b.begin(),
                    [](char x, char y) { return x == y || lower(x) == lower(y); });
}

bool accepts(std::string_view accepted, std::string_view wanted) {
  while (!accepted.empty()) {
    std::string_view weight = cut(accepted, ',');
    if (!equals_ignoring_case(trim(cut(weight, ';')), wanted)) continue;
    // "q=0" or "q=0.000" means that it is not acceptable (RFC 9110 section 12.4.2).
    const auto q = weight.find("q=");
    return q == std::string_view::npos ||
           weight.substr(q + 2).find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

bool list_contains(std::string_view value, std::string_view token) {
  // Most lists have one item.
  if (value.size() <= token.size()) return equals_ignoring_case(value, token);
  while (!value.empty()) {
    if (equals_ignoring_case(trim(cut(value, ',')), token)) return true;
  }
  return false;
}

void add_line(std::string& value, std::string_view name, std::string_view line) {
  const bool is_single =
      std::any_of(std::begin(single_headers), std::end(single_headers),
                  [&](std::string_view single) { return equals_ignoring_case(single, name); });
  if (is_single) return;
  const bool is_cookie = equals_ignoring_case(name, "cookie");
  const bool is_list = equals_ignoring_case(name, "set-cookie");
  value.append(is_cookie ? "; " : is_list ? "\n" : ", ").append(line);
}

void Headers::add(std::string_view name, std::string_view value) {
  assert(block_.size() + name.size() + value.size() <= std::numeric_limits<std::uint32_t>::max());
  const Iterator::Sizes sizes{static_cast<std::uint32_t>(name.size()),
                              static_cast<std::uint32_t>(value.size())};
  const std::size_t bytes = sizeof sizes + name.size() + value.size();
  // Both may be views of this block, so it has to live until they are copied.
  TextBuffer former;
  if (block_.capacity() - block_.size() < bytes) {
    TextBuffer larger;
    larger.room_for(2 * block_.size() + bytes);
    larger.append(block_.view());
    former = std::exchange(block_, std::move(larger));
  }
  char* const begin = block_.room_for(bytes);
  std::memcpy(begin, &sizes, sizeof sizes);
  name.copy(begin + sizeof sizes, name.size());
  value.copy(begin + sizeof sizes + name.size(), value.size());
  block_.advance(bytes);
  const std::uint64_t bit = bit_of(name);
  repeated_bits_ |= bits_ & bit;
  bits_ |= bit;
}

void Headers::set(std::string_view name, std::string_view value) {
  if (!has(name)) return add(name, value);
  Headers others;
  for (const auto field : *this) {
    if (!equals_ignoring_case(field.name, name)) others.add(field.name, field.value);
  }
  others.add(name, value);
  *this = std::move(others);
}

Headers::Iterator Headers::search(std::string_view name, Iterator from) const {
  const Iterator behind = end();
  // Most names differ in size already.
  while (from != behind &&
         (from.sizes().name != name.size() || !equals_ignoring_case((*from).name, name))) {
    ++from;
  }
  return from;
}

std::string Headers::joined(std::string_view name) const {
  std::string value;
  bool is_further = false;
  for_each(name, [&](std::string_view line) {
    if (std::exchange(is_further, true)) {
      add_line(value, name, line);
    } else {
      value = line;
    }
  });
  return value;
}

void unfold_ready_lines(Response& response) {
  Headers unfolded;
  while (!response.ready_lines.empty()) {
    const auto field = parse_field_line(cut(response.ready_lines, '\r'));
    response.ready_lines.remove_prefix(1);
    unfolded.add(field->name, field->value);
  }
  for (const auto [name, value] : response.headers) unfolded.add(name, value);
  response.headers = std::move(unfolded);
}

Request without_body(const Request& request) {
  Request copy;
  copy.method = request.method;
  copy.target = request.target;
  copy.headers = request.headers;
  copy.minor_version = request.minor_version;
  copy.keep_alive = request.keep_alive;
  return copy;
}

std::string_view Request::path() const {
  const std::string_view whole = target;
  return whole.substr(0, whole.find('?'));
}

std::string_view Request::query() const {
  const std::string_view whole = target;
  const auto mark = whole.find('?');
  return mark == std::string_view::npos ? std::string_view{} : whole.substr(mark + 1);
}

std::string percent_decode(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    decoded.push_back(text[i] == '+' && plus == Plus::is_blank ? ' ' : text[i]);
  }
  return decoded;
}

void append_percent_escape(std::string& out, char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  out.push_back('%');
  out.push_back(digits[value >> 4]);
  out.push_back(digits[value & 15]);
}

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view plain = "-_.!~*'()";
  for (const char c : text) {
    const bool is_alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_alphanumeric || plain.find(c) != plain.npos) {
      out.push_back(c);
    } else {
      append_percent_escape(out, c);
    }
  }
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query,
                                                             std::size_t limit) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty() && pairs.size() < limit) {
    auto value = cut(query, '&');
    if (value.empty()) continue;
    const auto name = cut(value, '=');
    pairs.emplace_back(query_text(name), query_text(value));
  }
  return pairs;
}

void read_query(std::string_view query, std::span<const std::string_view> names,
                std::span<QueryValue> values) {
  assert(names.size() <= 64 && values.size() == names.size());
  const bool is_plain_query = is_decoded(query);
  std::uint64_t found = 0;
  std::size_t missing = names.size();
  while (!query.empty() && missing != 0) {
    auto value = cut(query, '&');
    if (value.empty()) continue;
    std::string_view name = cut(value, '=');
    std::string decoded;
    if (!is_plain_query && !is_decoded(name)) name = decoded = query_text(name);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::uint64_t bit = std::uint64_t{1} << i;
      if ((found & bit) != 0 || !std::ranges::equal(name, names[i])) continue;
      found |= bit;
      --missing;
      values[i].text = is_plain_query ? value : values[i].decoded = query_text(value);
      break;
    }
  }
}

std::string query_value(std::string_view query, std::string_view name) {
  QueryValue value;
  read_query(query, {&name, 1}, {&value, 1});
  return std::string(value.text);
}

std::string_view reason_phrase(std::uint16_t status) {
  const auto known = std::find_if(std::begin(reasons), std::end(reasons),
                                  [&](const Reason& reason) { return reason.status == status; });
  return known == std::end(reasons) ? "Unknown" : known->phrase;
}

}  // namespace socketio::http
