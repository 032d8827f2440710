// SPDX-License-Identifier: MIT
#include "codec/msgpack/text.hpp"

#include <socketio/json_writer.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>

namespace socketio::msgpack {
namespace {

using Kind = Token::Kind;

bool is_container(Kind kind) { return kind == Kind::array || kind == Kind::map; }

/// Date.prototype.toISOString, or nothing for an invalid date (ECMA-262, "Time Values and
/// Time Range").
std::optional<std::string> date_text(std::int64_t milliseconds) {
  using std::chrono::days;
  constexpr std::int64_t latest = 8'640'000'000'000'000;
  constexpr std::int64_t day = 86'400'000;
  // The calendar repeats after 400 years; this brings a date into the range of std::chrono, which
  // has fewer years than JavaScript.
  constexpr std::int64_t days_of_400_years = 146'097;
  if (milliseconds > latest || milliseconds < -latest) return std::nullopt;
  const std::int64_t of_day = (milliseconds % day + day) % day;
  const std::int64_t day_number = (milliseconds - of_day) / day;
  const std::int64_t in_cycle =
      (day_number % days_of_400_years + days_of_400_years) % days_of_400_years;
  const std::chrono::year_month_day date{std::chrono::sys_days{days{in_cycle}}};
  const std::int64_t year = int{date.year()} + (day_number - in_cycle) / days_of_400_years * 400;
  const bool four_digits = year >= 0 && year <= 9999;
  std::array<char, 32> text;
  const int size = std::snprintf(
      text.data(), text.size(), "%s%0*lld-%02u-%02uT%02lld:%02lld:%02lld.%03lldZ",
      four_digits ? "" : (year < 0 ? "-" : "+"), four_digits ? 4 : 6,
      static_cast<long long>(std::abs(year)), unsigned{date.month()}, unsigned{date.day()},
      static_cast<long long>(of_day / 3'600'000), static_cast<long long>(of_day / 60'000 % 60),
      static_cast<long long>(of_day / 1000 % 60), static_cast<long long>(of_day % 1000));
  return std::string(text.data(), static_cast<std::size_t>(size));
}

/// The text that JavaScript makes of a value when it is used as the name of a member.
Result<std::string, Errc> key_text(const Token& token) {
  TextBuffer text;
  std::vector<Bytes> none;
  JsonWriter writer(text, none);
  switch (token.kind) {
    case Kind::string:
      return std::string(token.bytes);
    case Kind::null:
      return std::string("null");
    case Kind::undefined:
      return std::string("undefined");
    case Kind::boolean:
      return std::string(token.boolean ? "true" : "false");
    case Kind::integer:
      writer.integer(token.integer);
      return std::string(text.view());
    case Kind::unsigned_integer:
      writer.unsigned_integer(token.unsigned_integer);
      return std::string(text.view());
    case Kind::number:
      writer.number(token.number);
      return std::string(text.view());
    default:
      return Errc::invalid_key;
  }
}

std::span<const std::uint8_t> as_bytes(std::string_view bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

class TextMaker {
 public:
  TextMaker(TextBuffer& text, std::vector<Bytes>& attachments, Reader& reader,
            const TextLimits& limits)
      : limits_(limits),
        text_(text),
        attachments_(attachments),
        reader_(reader),
        writer_(text, attachments) {}

  std::optional<Errc> run() {
    do {
      if (const auto error = take_one()) return error;
      while (!levels_.empty() && levels_.back().left == 0) end_level();
    } while (!levels_.empty());
    return std::nullopt;
  }

 private:
  struct Level {
    Kind kind;
    std::uint64_t left;
  };

  /// Reads the next value, or pair, of the innermost container.
  std::optional<Errc> take_one() {
    const bool in_map = !levels_.empty() && levels_.back().kind == Kind::map;
    if (!levels_.empty()) --levels_.back().left;
    std::string key;
    if (in_map) {
      const auto token = reader_.next();
      if (!token) return token.error();
      auto name = key_text(*token);
      if (!name) return name.error();
      key = std::move(*name);
      ++values_;
    }
    const auto token = reader_.next();
    if (!token) return token.error();
    if (++values_ > limits_.values) return Errc::too_many_values;
    if (in_map && token->kind == Kind::undefined) return std::nullopt;
    if (in_map) writer_.key(key);
    if (const auto error = is_container(token->kind) ? begin_level(*token) : write_leaf(*token))
      return error;
    return text_.size() > limits_.text_bytes ? std::optional(Errc::text_too_long) : std::nullopt;
  }

  std::optional<Errc> begin_level(const Token& token) {
    if (levels_.size() >= limits_.depth) return Errc::too_deep;
    token.kind == Kind::map ? writer_.begin_object() : writer_.begin_array();
    levels_.push_back({token.kind, token.unsigned_integer});
    return std::nullopt;
  }

  void end_level() {
    levels_.back().kind == Kind::map ? writer_.end_object() : writer_.end_array();
    levels_.pop_back();
  }

  std::optional<Errc> write_leaf(const Token& token) {
    switch (token.kind) {
      case Kind::boolean:
        writer_.boolean(token.boolean);
        break;
      case Kind::integer:
        writer_.integer(token.integer);
        break;
      case Kind::unsigned_integer:
        writer_.unsigned_integer(token.unsigned_integer);
        break;
      case Kind::number:
        writer_.number(token.number);
        break;
      case Kind::string:
        writer_.string(token.bytes);
        break;
      case Kind::binary:
        return write_attachment(token, levels_.size());
      case Kind::extension:
        return write_extension(token);
      case Kind::date:
        write_date(token);
        break;
      default:
        writer_.null();
        break;
    }
    return std::nullopt;
  }

  void write_date(const Token& token) {
    const auto text = date_text(token.integer);
    text ? writer_.string(*text) : writer_.null();
  }

  /// `depth` counts the containers around it; its placeholder adds one.
  std::optional<Errc> write_attachment(const Token& token, std::size_t depth) {
    if (depth >= limits_.depth) return Errc::too_deep;
    if (attachments_.size() >= limits_.attachments) return Errc::too_many_attachments;
    writer_.binary(as_bytes(token.bytes));
    return std::nullopt;
  }

  std::optional<Errc> write_extension(const Token& token) {
    writer_.begin_array();
    writer_.integer(token.integer);
    const auto error = write_attachment(token, levels_.size() + 1);
    writer_.end_array();
    return error;
  }

  const TextLimits& limits_;
  TextBuffer& text_;
  std::vector<Bytes>& attachments_;
  Reader& reader_;
  JsonWriter writer_;
  std::vector<Level> levels_;
  std::size_t values_ = 0;
};

void append_big_endian(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void append_prefixed(std::string& out, std::uint8_t prefix, std::uint64_t value, std::size_t size) {
  out += static_cast<char>(prefix);
  append_big_endian(out, value, size);
}

/// Appends a length in the shortest form: 1 byte (if there is such a form), 2 or 4, with
/// consecutive prefixes.
void append_length(std::string& out, std::uint8_t prefix_of_two_bytes, std::size_t length,
                   bool has_one_byte) {
  if (has_one_byte && length <= 0xff) {
    append_prefixed(out, prefix_of_two_bytes - 1, length, 1);
  } else if (length <= 0xffff) {
    append_prefixed(out, prefix_of_two_bytes, length, 2);
  } else {
    append_prefixed(out, prefix_of_two_bytes + 1, length, 4);
  }
}

void append_array_header(std::string& out, std::size_t elements) {
  if (elements < 16) {
    out += static_cast<char>(0x90 | elements);
  } else {
    append_length(out, 0xdc, elements, false);
  }
}

void append_negative(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= -0x20) return append_big_endian(out, bits, 1);
  if (value >= -0x80) return append_prefixed(out, 0xd0, bits, 1);
  if (value >= -0x8000) return append_prefixed(out, 0xd1, bits, 2);
  if (value >= -0x80000000LL) return append_prefixed(out, 0xd2, bits, 4);
  append_prefixed(out, 0xd3, bits, 8);
}

void append_number(std::string& out, double number) {
  append_prefixed(out, 0xcb, std::bit_cast<std::uint64_t>(number), 8);
}

/// Appends any value except containers.
void append_leaf(std::string& out, const Value& value) {
  bool boolean = false;
  std::int64_t integer = 0;
  std::uint64_t unsigned_integer = 0;
  double number = 0;
  std::string_view text;
  std::span<const std::uint8_t> bytes;
  if (value.get(boolean)) {
    out += static_cast<char>(boolean ? 0xc3 : 0xc2);
  } else if (value.get(unsigned_integer)) {
    append_integer(out, unsigned_integer);
  } else if (value.get(integer)) {
    append_negative(out, integer);
  } else if (value.get(number)) {
    append_number(out, number);
  } else if (value.get(text)) {
    append_string(out, text);
  } else if (value.get(bytes)) {
    append_length(out, 0xc5, bytes.size(), true);
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  } else {
    out += '\xc0';
  }
}

}  // namespace

std::optional<Errc> append_json(TextBuffer& text, std::vector<Bytes>& attachments, Reader& reader,
                                const TextLimits& limits) {
  return TextMaker(text, attachments, reader, limits).run();
}

void append_map_header(std::string& out, std::size_t pairs) {
  if (pairs < 16) {
    out += static_cast<char>(0x80 | pairs);
  } else {
    append_length(out, 0xde, pairs, false);
  }
}

void append_integer(std::string& out, std::uint64_t value) {
  if (value < 0x80) return append_big_endian(out, value, 1);
  if (value <= 0xff) return append_prefixed(out, 0xcc, value, 1);
  if (value <= 0xffff) return append_prefixed(out, 0xcd, value, 2);
  if (value <= 0xffffffff) return append_prefixed(out, 0xce, value, 4);
  append_prefixed(out, 0xcf, value, 8);
}

void append_string(std::string& out, std::string_view text) {
  if (text.size() < 32) {
    out += static_cast<char>(0xa0 | text.size());
  } else {
    append_length(out, 0xda, text.size(), true);
  }
  out += text;
}

void append_value(std::string& out, const Value& value) {
  struct Level {
    explicit Level(const Value& container) : items(container), members(container) {}
    ValueArray items;
    ValueObject members;
  };
  std::vector<Level> levels;
  const auto append = [&](const Value& next) {
    const auto kind = next.kind();
    if (kind == Value::Kind::array) {
      append_array_header(out, next.size());
    } else if (kind == Value::Kind::object) {
      append_map_header(out, next.size());
    } else {
      return append_leaf(out, next);
    }
    levels.emplace_back(next);
  };
  append(value);
  Value next;
  std::string_view name;
  while (!levels.empty()) {
    if (levels.back().members.next(name, next)) {
      append_string(out, name);
      append(next);
    } else if (levels.back().items.next(next)) {
      append(next);
    } else {
      levels.pop_back();
    }
  }
}

}  // namespace socketio::msgpack
