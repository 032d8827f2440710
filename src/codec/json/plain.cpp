// SPDX-License-Identifier: MIT
#include "codec/json/plain.hpp"

#include "codec/json/plain_run.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

namespace socketio::codec {
namespace {

/// With so many digits, every integer has 64 bits.
constexpr std::ptrdiff_t integer_digits = 18;
constexpr std::size_t levels = 32;

/// What stands for the character behind a backslash; 0 for the code points of \u, and for what JSON
/// does not have.
char unescaped(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

class PlainParser {
 public:
  PlainParser(std::string_view text, std::size_t depth, simdjson::dom::document& document)
      : begin_(text.data()),
        at_(begin_),
        end_(begin_ + text.size()),
        depth_(depth < levels ? depth : levels),
        words_(document.tape.get()),
        strings_(reinterpret_cast<char*>(document.string_buf.get())) {}

  bool parse();

 private:
  struct Level {
    std::uint32_t opening;
    std::uint32_t items;
    char closing;
  };

  bool at_digit() const { return at_ != end_ && *at_ >= '0' && *at_ <= '9'; }
  bool skip(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  void add(char type, std::uint64_t payload) {
    words_[word_++] = static_cast<std::uint64_t>(static_cast<unsigned char>(type)) << 56 | payload;
  }
  bool value();
  bool open(char type);
  void close();
  bool after_value(bool& done);
  bool key() { return at_ != end_ && *at_ == '"' && string() && skip(':'); }
  bool string();
  bool number();
  bool fraction(const char* begin);
  bool literal(std::string_view name);

  const char* const begin_;
  const char* at_;
  const char* const end_;
  const std::size_t depth_;
  std::uint64_t* const words_;
  char* const strings_;
  // The root's word comes first.
  std::uint32_t word_ = 1;
  std::uint32_t string_ = 0;
  bool is_ascii_ = true;
  std::size_t level_ = 0;
  std::array<Level, levels> stack_;
};

bool PlainParser::parse() {
  for (bool done = false; !done;) {
    if (at_ == end_ || !value() || !after_value(done)) return false;
  }
  if (at_ != end_) return false;
  if (!is_ascii_ && !simdjson::validate_utf8(begin_, static_cast<std::size_t>(end_ - begin_)))
    return false;
  add('r', 0);
  const std::uint32_t words = std::exchange(word_, 0);
  add('r', words);
  return true;
}

/// Reads a value up to its end, or a container up to its first item's value.
bool PlainParser::value() {
  for (;;) {
    switch (*at_) {
      case '"':
        return string();
      case '[':
        if (!open('[')) return false;
        if (skip(']')) return close(), true;
        break;
      case '{':
        if (!open('{')) return false;
        if (skip('}')) return close(), true;
        if (!key()) return false;
        break;
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
    if (at_ == end_) return false;
  }
}

/// Reads on to the next value, or to the end.
bool PlainParser::after_value(bool& done) {
  while (level_ > 0) {
    Level& level = stack_[level_ - 1];
    ++level.items;
    if (skip(',')) return level.closing == ']' || key();
    if (!skip(level.closing)) return false;
    close();
  }
  done = true;
  return true;
}

bool PlainParser::open(char type) {
  if (level_ == depth_) return false;
  stack_[level_++] = {word_++, 0, type == '[' ? ']' : '}'};
  ++at_;
  return true;
}

void PlainParser::close() {
  const Level& level = stack_[--level_];
  add(level.closing, level.opening);
  const std::uint64_t type = level.closing == ']' ? '[' : '{';
  words_[level.opening] = type << 56 | std::uint64_t{level.items} << 32 | word_;
}

bool PlainParser::string() {
  add('"', string_);
  char* const length = strings_ + string_;
  char* out = length + sizeof(std::uint32_t);
  ++at_;
  for (;;) {
    const PlainRun run = copy_plain_run({at_, static_cast<std::size_t>(end_ - at_)}, out);
    out += run.bytes;
    at_ += run.bytes;
    is_ascii_ &= run.is_ascii;
    if (at_ == end_) return false;
    const char stop = *at_++;
    if (stop == '"') break;
    if (stop != '\\' || at_ == end_) return false;
    const char c = unescaped(*at_++);
    if (c == 0) return false;
    *out++ = c;
  }
  const auto size = static_cast<std::uint32_t>(out - length - sizeof(std::uint32_t));
  std::memcpy(length, &size, sizeof(size));
  *out++ = 0;
  string_ = static_cast<std::uint32_t>(out - strings_);
  return true;
}

bool PlainParser::number() {
  const char* const begin = at_;
  const bool is_negative = skip('-');
  const char* const digits = at_;
  std::uint64_t magnitude = 0;
  while (at_digit()) magnitude = 10 * magnitude + static_cast<unsigned>(*at_++ - '0');
  const std::ptrdiff_t count = at_ - digits;
  if (count == 0 || count > integer_digits || (*digits == '0' && count > 1)) return false;
  if (at_ != end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) return fraction(begin);
  add('l', 0);
  words_[word_++] = is_negative ? 0 - magnitude : magnitude;
  return true;
}

/// A number with a fraction or an exponent; its integer has been read.
bool PlainParser::fraction(const char* begin) {
  const auto skip_digits = [&] {
    const char* const first = at_;
    while (at_digit()) ++at_;
    return at_ != first;
  };
  if (skip('.') && !skip_digits()) return false;
  if (skip('e') || skip('E')) {
    if (!skip('+')) skip('-');
    if (!skip_digits()) return false;
  }
  double number = 0;
  const auto result = std::from_chars(begin, at_, number);
  if (result.ec != std::errc() || result.ptr != at_) return false;
  add('d', 0);
  words_[word_++] = std::bit_cast<std::uint64_t>(number);
  return true;
}

bool PlainParser::literal(std::string_view name) {
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  if (!rest.starts_with(name)) return false;
  add(name.front(), 0);
  at_ += name.size();
  return true;
}

}  // namespace

bool parse_plain(std::string_view text, std::size_t depth, simdjson::dom::document& document) {
  return PlainParser(text, depth, document).parse();
}

}  // namespace socketio::codec
