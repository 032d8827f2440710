// SPDX-License-Identifier: MIT
// Reads MessagePack one token at a time, in the dialect of notepack.io 2, which
// socket.io-msgpack-parser 3.0 uses: extension type 0 is undefined (1 byte), a date (8 bytes) or,
// whatever its length, binary data. Servers talk to each other in that of notepack.io 3 and
// @msgpack/msgpack, which have the specification's timestamps as well. Tokens view the message.
// Announcing something costs us nothing: a length or a count that the rest of the message cannot
// hold is refused at once.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace socketio::msgpack {

/// Why a message is not MessagePack that we accept.
enum class Errc : std::uint8_t {
  truncated,             // ends inside a token, or before the elements that it announced
  reserved_byte,         // 0xc1
  trailing_bytes,        // bytes after the one value of the message
  invalid_key,           // a map's key is a container, binary data, a date or an extension
  too_deep,              // TextLimits::depth
  too_many_values,       // TextLimits::values
  too_many_attachments,  // TextLimits::attachments
  text_too_long,         // TextLimits::text_bytes
};

struct Token {
  enum class Kind : std::uint8_t {
    null,
    undefined,
    boolean,
    integer,           // negative
    unsigned_integer,  // not negative
    number,
    string,
    binary,
    date,
    extension,
    array,
    map
  };
  Kind kind = Kind::null;
  bool boolean = false;
  /// The milliseconds of a date, or the type of an extension.
  std::int64_t integer = 0;
  /// Also the number of elements of an array, or of pairs of a map.
  std::uint64_t unsigned_integer = 0;
  double number = 0;
  /// The bytes of a string (which may not be UTF-8), of binary data or of an extension.
  std::string_view bytes = {};
};

/// Which extensions have a meaning: those of type 0, or the timestamps of type -1, too.
enum class Dialect : std::uint8_t { notepack_2, notepack_3 };

class Reader {
 public:
  explicit Reader(std::string_view message, Dialect dialect = Dialect::notepack_2)
      : rest_(message), dialect_(dialect) {}

  Result<Token, Errc> next();
  bool at_end() const { return rest_.empty(); }

 private:
  Result<Token, Errc> read_long_form(std::uint8_t prefix);
  Result<Token, Errc> bytes_of(Token::Kind kind, std::uint64_t size);
  Result<Token, Errc> sized_bytes(Token::Kind kind, std::size_t length_bytes);
  Result<Token, Errc> container(Token::Kind kind, std::uint64_t count);
  Result<Token, Errc> sized_container(Token::Kind kind, std::size_t length_bytes);
  Result<Token, Errc> integer_of(std::size_t size);
  Result<Token, Errc> signed_integer_of(std::size_t size);
  Result<Token, Errc> number_of(std::size_t size);
  Result<Token, Errc> fixed_extension(std::size_t size);
  Result<Token, Errc> sized_extension(std::size_t length_bytes);
  bool take_big_endian(std::size_t size, std::uint64_t& value);
  bool is_timestamp(std::int64_t type, std::size_t size) const;
  static Token timestamp(std::string_view bytes);

  std::string_view rest_;
  Dialect dialect_;
};

/// Reads one value of any kind and everything in it.
Result<Token, Errc> skip(Reader& reader);

}  // namespace socketio::msgpack
