// SPDX-License-Identifier: MIT
#include "codec/msgpack/reader.hpp"

#include <algorithm>
#include <bit>

namespace socketio::msgpack {
namespace {

Token simple(Token::Kind kind) { return Token{.kind = kind}; }

Token boolean(bool value) { return Token{.kind = Token::Kind::boolean, .boolean = value}; }

Token unsigned_token(std::uint64_t value) {
  return Token{.kind = Token::Kind::unsigned_integer, .unsigned_integer = value};
}

Token signed_token(std::int64_t value) {
  if (value >= 0) return unsigned_token(static_cast<std::uint64_t>(value));
  return Token{.kind = Token::Kind::integer, .integer = value};
}

/// Reads the low `size` bytes as two's complement.
std::int64_t to_signed(std::uint64_t bits, std::size_t size) {
  const auto unused = 64 - 8 * size;
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

}  // namespace

Result<Token, Errc> Reader::next() {
  if (rest_.empty()) return Errc::truncated;
  const auto prefix = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  if (prefix < 0x80) return unsigned_token(prefix);
  if (prefix < 0x90) return container(Token::Kind::map, prefix & 0x0f);
  if (prefix < 0xa0) return container(Token::Kind::array, prefix & 0x0f);
  if (prefix < 0xc0) return bytes_of(Token::Kind::string, prefix & 0x1f);
  if (prefix >= 0xe0) return signed_token(to_signed(prefix, 1));
  return read_long_form(prefix);
}

/// Forms that exist in several sizes have consecutive prefixes.
Result<Token, Errc> Reader::read_long_form(std::uint8_t prefix) {
  const auto size_after = [&](std::uint8_t first) { return std::size_t{1} << (prefix - first); };
  if (prefix == 0xc0) return simple(Token::Kind::null);
  if (prefix == 0xc1) return Errc::reserved_byte;
  if (prefix <= 0xc3) return boolean(prefix == 0xc3);
  if (prefix <= 0xc6) return sized_bytes(Token::Kind::binary, size_after(0xc4));
  if (prefix <= 0xc9) return sized_extension(size_after(0xc7));
  if (prefix <= 0xcb) return number_of(4 * size_after(0xca));
  if (prefix <= 0xcf) return integer_of(size_after(0xcc));
  if (prefix <= 0xd3) return signed_integer_of(size_after(0xd0));
  if (prefix <= 0xd8) return fixed_extension(size_after(0xd4));
  if (prefix <= 0xdb) return sized_bytes(Token::Kind::string, size_after(0xd9));
  if (prefix <= 0xdd) return sized_container(Token::Kind::array, 2 * size_after(0xdc));
  return sized_container(Token::Kind::map, 2 * size_after(0xde));
}

bool Reader::take_big_endian(std::size_t size, std::uint64_t& value) {
  if (rest_.size() < size) return false;
  value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<std::uint8_t>(rest_[i]);
  }
  rest_.remove_prefix(size);
  return true;
}

Result<Token, Errc> Reader::bytes_of(Token::Kind kind, std::uint64_t size) {
  if (size > rest_.size()) return Errc::truncated;
  const auto count = static_cast<std::size_t>(size);
  const Token token{.kind = kind, .bytes = rest_.substr(0, count)};
  rest_.remove_prefix(count);
  return token;
}

Result<Token, Errc> Reader::sized_bytes(Token::Kind kind, std::size_t length_bytes) {
  std::uint64_t size;
  if (!take_big_endian(length_bytes, size)) return Errc::truncated;
  return bytes_of(kind, size);
}

Result<Token, Errc> Reader::container(Token::Kind kind, std::uint64_t count) {
  // An element takes at least one byte.
  const std::uint64_t elements = kind == Token::Kind::map ? 2 * count : count;
  if (elements > rest_.size()) return Errc::truncated;
  return Token{.kind = kind, .unsigned_integer = count};
}

Result<Token, Errc> Reader::sized_container(Token::Kind kind, std::size_t length_bytes) {
  std::uint64_t count;
  if (!take_big_endian(length_bytes, count)) return Errc::truncated;
  return container(kind, count);
}

Result<Token, Errc> Reader::integer_of(std::size_t size) {
  std::uint64_t value;
  if (!take_big_endian(size, value)) return Errc::truncated;
  return unsigned_token(value);
}

Result<Token, Errc> Reader::signed_integer_of(std::size_t size) {
  std::uint64_t bits;
  if (!take_big_endian(size, bits)) return Errc::truncated;
  return signed_token(to_signed(bits, size));
}

Result<Token, Errc> Reader::number_of(std::size_t size) {
  std::uint64_t bits;
  if (!take_big_endian(size, bits)) return Errc::truncated;
  const double number = size == 8 ? std::bit_cast<double>(bits)
                                  : double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))};
  return Token{.kind = Token::Kind::number, .number = number};
}

Result<Token, Errc> Reader::fixed_extension(std::size_t size) {
  std::uint64_t type;
  if (!take_big_endian(1, type)) return Errc::truncated;
  auto token = bytes_of(Token::Kind::extension, size);
  if (!token) return token;
  token->integer = to_signed(type, 1);
  if (is_timestamp(token->integer, size)) return timestamp(token->bytes);
  if (type != 0) return token;
  if (size == 1) return simple(Token::Kind::undefined);
  if (size == 8) {
    std::uint64_t bits = 0;
    Reader(token->bytes).take_big_endian(8, bits);
    return Token{.kind = Token::Kind::date, .integer = static_cast<std::int64_t>(bits)};
  }
  return token;
}

Result<Token, Errc> Reader::sized_extension(std::size_t length_bytes) {
  std::uint64_t size, type;
  if (!take_big_endian(length_bytes, size) || !take_big_endian(1, type)) return Errc::truncated;
  auto token = bytes_of(type == 0 ? Token::Kind::binary : Token::Kind::extension, size);
  if (!token) return token;
  token->integer = to_signed(type, 1);
  return is_timestamp(token->integer, token->bytes.size()) ? timestamp(token->bytes) : token;
}

bool Reader::is_timestamp(std::int64_t type, std::size_t size) const {
  return dialect_ == Dialect::notepack_3 && type == -1 && (size == 4 || size == 8 || size == 12);
}

/// MessagePack's specification, "Timestamp extension type": seconds; or nanoseconds and seconds, of
/// 30 and 34 bits, or of 32 and 64.
Token Reader::timestamp(std::string_view bytes) {
  Reader reader(bytes);
  std::uint64_t nanoseconds = 0, bits = 0;
  if (bytes.size() == 12) reader.take_big_endian(4, nanoseconds);
  reader.take_big_endian(bytes.size() == 4 ? 4 : 8, bits);
  if (bytes.size() == 8) {
    nanoseconds = bits >> 34;
    bits &= (std::uint64_t{1} << 34) - 1;
  }
  const auto seconds = static_cast<std::int64_t>(bits);
  const auto milliseconds = static_cast<std::int64_t>(nanoseconds / 1'000'000);
  // What no Date can hold is not to overflow, and is no date afterwards either.
  constexpr std::int64_t most_seconds = 8'640'000'000'001;
  return Token{.kind = Token::Kind::date,
               .integer = std::clamp(seconds, -most_seconds, most_seconds) * 1000 + milliseconds};
}

Result<Token, Errc> skip(Reader& reader) {
  const auto first = reader.next();
  if (!first) return first;
  const auto elements = [](const Token& token) -> std::uint64_t {
    if (token.kind == Token::Kind::array) return token.unsigned_integer;
    return token.kind == Token::Kind::map ? 2 * token.unsigned_integer : 0;
  };
  for (std::uint64_t left = elements(*first); left > 0; --left) {
    const auto token = reader.next();
    if (!token) return token;
    left += elements(*token);
  }
  return first;
}

}  // namespace socketio::msgpack
