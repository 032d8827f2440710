// SPDX-License-Identifier: MIT
// HTTP/1.1 messages as plain values (RFC 9110, 9112): what the parsers produce and the
// writers take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::http {

bool equals_ignoring_case(std::string_view a, std::string_view b);

/// True if the comma-separated list `value` holds `token`, case-insensitively (RFC 9110 5.6.1).
bool list_contains(std::string_view value, std::string_view token);

/// Adds a further line of the header `name` to the value of those before it, as Node.js does: most
/// are joined with ", ", cookies with "; "; of some only the first line counts. `set-cookie`, which
/// Node.js gives as a list, becomes lines of text.
void add_line(std::string& value, std::string_view name, std::string_view line);

/// Header fields in order of arrival. Names compare case-insensitively. One block of
/// memory for all.
class Headers {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
  };

  void add(std::string_view name, std::string_view value);
  /// Replaces every field of that name.
  void set(std::string_view name, std::string_view value);
  /// The first value of that name, or an empty view.
  std::string_view get(std::string_view name) const;
  /// All values of that name as one (add_line()); empty if there is none.
  std::string joined(std::string_view name) const;
  bool has(std::string_view name) const;
  std::size_t size() const { return index_.size(); }
  Field at(std::size_t position) const;
  /// Room for what is about to be added, in one allocation each.
  void reserve(std::size_t fields, std::size_t bytes);
  /// Gives back unused capacity; for headers that are kept for a connection's life.
  void shrink();

 private:
  struct Entry {
    std::uint32_t name_offset, name_size, value_offset, value_size;
  };
  std::string block_;
  std::vector<Entry> index_;
};

struct Request {
  std::string method;
  std::string target;  // as it came: path and query
  Headers headers;
  std::string body;
  std::uint8_t minor_version = 1;  // HTTP/1.0 or HTTP/1.1
  bool keep_alive = true;

  std::string_view path() const;   // of the target, before '?', not decoded
  std::string_view query() const;  // of the target, after '?'
};

struct Response {
  std::uint16_t status = 200;
  Headers headers;
  std::string body;
};

/// The standard reason phrase, or "Unknown".
std::string_view reason_phrase(std::uint16_t status);

/// Percent-decodes; nothing changes where an escape is malformed (as JavaScript's querystring
/// does). '+' stays unless `Plus::is_blank`.
enum class Plus : std::uint8_t { is_plus, is_blank };
std::string percent_decode(std::string_view text, Plus plus = Plus::is_plus);

/// Name and value pairs of a query, decoded, '+' as a blank, invalid UTF-8 as U+FFFD, in order. At
/// most `limit` pairs (the rest is dropped).
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query,
                                                             std::size_t limit = 256);

/// First value of `name` in the query without decoding everything else; empty if absent.
std::string query_value(std::string_view query, std::string_view name);

}  // namespace socketio::http
