// SPDX-License-Identifier: MIT
// HTTP/1.1 messages as plain values (RFC 9110, 9112). The parsers produce them, the
// writers take them.
#pragma once

#include <socketio/text_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::http {

bool equals_ignoring_case(std::string_view a, std::string_view b);

/// True if the comma-separated list `value` contains `token`, case-insensitively (RFC 9110 5.6.1).
bool list_contains(std::string_view value, std::string_view token);

/// Whether an Accept or Accept-Encoding names `wanted` itself, with any weight but 0.
bool accepts(std::string_view accepted, std::string_view wanted);

/// Adds another line of the header `name` to the value of the earlier ones, as Node.js does.
/// Most are joined with ", ", cookies with "; "; of some headers only the first line counts.
/// `set-cookie`, which is a list in Node.js, is joined with line ends.
void add_line(std::string& value, std::string_view name, std::string_view line);

/// Header fields in order of arrival, in one block of memory. Names compare case-insensitively.
class Headers {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
  };
  /// Valid until the headers change.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    using pointer = const Field*;
    using reference = Field;

    Iterator() = default;
    explicit Iterator(const char* at) : at_(at) {}
    Field operator*() const { return {{names(), sizes().name}, {values(), sizes().value}}; }
    Iterator& operator++() {
      at_ = values() + sizes().value;
      return *this;
    }
    Iterator operator++(int) { return std::exchange(*this, std::next(*this)); }
    bool operator==(const Iterator&) const = default;

   private:
    friend class Headers;
    struct Sizes {
      std::uint32_t name, value;
    };
    Sizes sizes() const {
      Sizes sizes;
      std::memcpy(&sizes, at_, sizeof sizes);
      return sizes;
    }
    const char* names() const { return at_ + sizeof(Sizes); }
    const char* values() const { return names() + sizes().name; }

    const char* at_ = nullptr;
  };

  Headers() = default;
  Headers(const Headers& other)
      : block_(other.block_.view()), bits_(other.bits_), repeated_bits_(other.repeated_bits_) {}
  Headers(Headers&&) noexcept = default;
  Headers& operator=(const Headers& other) { return *this = Headers(other); }
  Headers& operator=(Headers&&) noexcept = default;
  ~Headers() = default;

  Iterator begin() const { return Iterator(block_.view().data()); }
  Iterator end() const { return Iterator(block_.view().data() + block_.size()); }
  bool empty() const { return block_.size() == 0; }
  /// Counts them.
  std::size_t size() const { return static_cast<std::size_t>(std::distance(begin(), end())); }

  /// Keeps the memory.
  void clear() {
    block_.clear();
    bits_ = repeated_bits_ = 0;
  }
  std::size_t capacity_bytes() const { return block_.capacity(); }

  void add(std::string_view name, std::string_view value);
  /// Replaces every field of that name.
  void set(std::string_view name, std::string_view value);
  /// The first value of that name, or an empty view.
  [[gnu::always_inline]] std::string_view get(std::string_view name) const {
    const Iterator first = find(name);
    return first == end() ? std::string_view() : (*first).value;
  }
  /// All values of that name joined by add_line(); empty if there is none.
  std::string joined(std::string_view name) const;
  [[gnu::always_inline]] bool has(std::string_view name) const { return find(name) != end(); }
  /// The first field of that name. Inline, so that the bit of a name that the compiler knows is a
  /// constant.
  [[gnu::always_inline]] Iterator find(std::string_view name) const {
    return (bits_ & bit_of(name)) == 0 ? end() : search(name, begin());
  }
  /// The first one behind `previous`.
  [[gnu::always_inline]] Iterator find_next(std::string_view name, Iterator previous) const {
    return (repeated_bits_ & bit_of(name)) == 0 ? end() : search(name, ++previous);
  }
  /// Calls `use(value)` for each field of that name.
  template <class Use>
  [[gnu::always_inline]] void for_each(std::string_view name, Use use) const {
    for (Iterator field = find(name); field != end(); field = find_next(name, field)) {
      use((*field).value);
    }
  }
  /// Whether the list of that name, which may be spread over several fields (RFC 9110 section 5.3),
  /// contains `token`.
  [[gnu::always_inline]] bool list_contains(std::string_view name, std::string_view token) const {
    for (Iterator field = find(name); field != end(); field = find_next(name, field)) {
      if (http::list_contains((*field).value, token)) return true;
    }
    return false;
  }
  /// Reserves room for fields whose lines have so many bytes.
  void reserve(std::size_t bytes) {
    // An entry is 4 bytes longer than a line. Few lines are shorter than 32 bytes.
    block_.room_for(bytes + bytes / 8 + sizeof(Iterator::Sizes));
  }

 private:
  /// Names of different bits are different.
  static constexpr std::uint64_t bit_of(std::string_view name) {
    // As large and small letters differ in one bit, that one is set.
    const std::size_t first = name.empty() ? 0 : static_cast<unsigned char>(name.front()) | 0x20;
    return std::uint64_t{1} << (first + 3 * name.size()) % 64;
  }
  Iterator search(std::string_view name, Iterator from) const;

  // Of each field the sizes of name and value, then both.
  TextBuffer block_;
  // The bits of all names: most of what is looked up is not there.
  std::uint64_t bits_ = 0;
  // Those of several fields: hardly any name comes twice.
  std::uint64_t repeated_bits_ = 0;
};

struct Request {
  std::string method;
  // Path and query as they arrived.
  std::string target;
  Headers headers;
  std::string body;
  // Of HTTP/1.x: 0 or 1.
  std::uint8_t minor_version = 1;
  bool keep_alive = true;

  /// Whether that is its method. For a constant the compiler needs no call.
  bool is(std::string_view name) const {
    return method.size() == name.size() &&
           std::memcmp(method.data(), name.data(), name.size()) == 0;
  }
  // The part of the target before '?', not decoded.
  std::string_view path() const;
  // The part of the target after '?'.
  std::string_view query() const;
};

/// A copy with an empty body.
Request without_body(const Request& request);

struct Response {
  std::uint16_t status = 200;
  // Fields that are written before the headers as they stand, each with its CRLF: for responses that
  // have the same ones time and again. Their names are none of those that the writer adds.
  std::string_view ready_lines;
  Headers headers;
  std::string body;
};

/// Makes headers of the response's ready lines, so that they can be read and replaced.
void unfold_ready_lines(Response& response);

/// The standard reason phrase, or "Unknown".
std::string_view reason_phrase(std::uint16_t status);

/// Percent-decodes `text`. A malformed escape stays as it is, as in JavaScript's querystring. '+'
/// stays unless `Plus::is_blank`.
enum class Plus : std::uint8_t { is_plus, is_blank };
std::string percent_decode(std::string_view text, Plus plus = Plus::is_plus);

/// Appends '%' and two digits for one byte.
void append_percent_escape(std::string& out, char byte);
/// Percent-encodes as JavaScript's encodeURIComponent() does.
void append_percent_encoded(std::string& out, std::string_view text);

/// The name and value pairs of a query in order, decoded: '+' is a blank, invalid UTF-8 becomes
/// U+FFFD. Pairs beyond `limit` are dropped.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query,
                                                             std::size_t limit = 256);

/// A value of a query: a view of the query, or of `decoded` if it had to be decoded.
struct QueryValue {
  QueryValue() = default;
  QueryValue(const QueryValue&) = delete;
  QueryValue& operator=(const QueryValue&) = delete;

  std::string_view text;
  std::string decoded;
};

/// Puts the first value of names[i] in the query into values[i]; nothing else is decoded. What is
/// absent stays as it is. At most 64 names.
void read_query(std::string_view query, std::span<const std::string_view> names,
                std::span<QueryValue> values);

/// The first value of `name` in the query. Empty if absent.
std::string query_value(std::string_view query, std::string_view name);

}  // namespace socketio::http
