// SPDX-License-Identifier: MIT
#include "codec/http/message.hpp"

#include "codec/http/grammar.hpp"
#include "codec/http/utf8.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <limits>
#include <utility>

namespace socketio::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Returns the text before `separator` and removes both from `rest`.
std::string_view cut(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto front = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
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
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || ((x ^ y) == 0x20 && lower(x) == lower(y));
         });
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
  bits_ |= bit_of(name);
  const auto offset = static_cast<std::uint32_t>(block_.size());
  const auto name_size = static_cast<std::uint32_t>(name.size());
  const auto value_size = static_cast<std::uint32_t>(value.size());
  if (block_.capacity() - block_.size() < name.size() + value.size()) {
    // Both may be views of this block, so it has to live until they are copied.
    std::string larger;
    larger.reserve(2 * block_.size() + name.size() + value.size());
    larger.append(block_).append(name).append(value);
    block_ = std::move(larger);
  } else {
    block_.append(name).append(value);
  }
  index_.push_back({offset, name_size, offset + name_size, value_size});
}

void Headers::set(std::string_view name, std::string_view value) {
  if (!has(name)) return add(name, value);
  Headers others;
  for (std::size_t i = 0; i < size(); ++i) {
    const auto field = at(i);
    if (!equals_ignoring_case(field.name, name)) others.add(field.name, field.value);
  }
  others.add(name, value);
  *this = std::move(others);
}

std::string_view Headers::get(std::string_view name) const {
  const std::size_t position = find(name);
  return position < size() ? at(position).value : std::string_view();
}

std::size_t Headers::search(std::string_view name, std::size_t from) const {
  std::size_t i = from;
  // Most names differ in size already.
  while (i < index_.size() &&
         (index_[i].name_size != name.size() || !equals_ignoring_case(at(i).name, name))) {
    ++i;
  }
  return i;
}

bool Headers::list_contains(std::string_view name, std::string_view token) const {
  for (std::size_t i = find(name); i < size(); i = find(name, i + 1)) {
    if (http::list_contains(at(i).value, token)) return true;
  }
  return false;
}

std::string Headers::joined(std::string_view name) const {
  std::string value;
  bool is_further = false;
  for (std::size_t i = find(name); i < size(); i = find(name, i + 1)) {
    if (std::exchange(is_further, true)) {
      add_line(value, name, at(i).value);
    } else {
      value = at(i).value;
    }
  }
  return value;
}

void Headers::reserve(std::size_t fields, std::size_t bytes) {
  index_.reserve(fields);
  block_.reserve(bytes);
}

void unfold_ready_lines(Response& response) {
  Headers unfolded;
  while (!response.ready_lines.empty()) {
    const auto field = parse_field_line(cut(response.ready_lines, '\r'));
    response.ready_lines.remove_prefix(1);
    unfolded.add(field->name, field->value);
  }
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    const auto [name, value] = response.headers.at(i);
    unfolded.add(name, value);
  }
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
                std::span<std::string> values) {
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
      if ((found & bit) != 0 || name != names[i]) continue;
      found |= bit;
      --missing;
      is_plain_query ? values[i].assign(value) : values[i] = query_text(value);
      break;
    }
  }
}

std::string query_value(std::string_view query, std::string_view name) {
  std::string value;
  read_query(query, {&name, 1}, {&value, 1});
  return value;
}

std::string_view reason_phrase(std::uint16_t status) {
  const auto known = std::find_if(std::begin(reasons), std::end(reasons),
                                  [&](const Reason& reason) { return reason.status == status; });
  return known == std::end(reasons) ? "Unknown" : known->phrase;
}

}  // namespace socketio::http
