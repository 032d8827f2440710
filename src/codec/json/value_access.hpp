// SPDX-License-Identifier: MIT
// The contents of a Value: a simdjson element kept as plain bytes, so that the public headers need
// not include simdjson. If all bytes are zero, the Value is null (it was never parsed). Private to
// codec/json. Any thread that may use the Value.
#pragma once

#include <socketio/value.hpp>

#include <simdjson.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace socketio {

namespace dom = simdjson::dom;

using ElementBytes = std::array<std::byte, 2 * sizeof(void*)>;

template <class T>
T from_bytes(const ElementBytes& bytes) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) == sizeof(ElementBytes));
  return std::bit_cast<T>(bytes);
}

template <class T>
ElementBytes to_bytes(const T& value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) == sizeof(ElementBytes));
  return std::bit_cast<ElementBytes>(value);
}

/// What the values of one text refer to besides the tree. The Document owns it.
struct ParsedText {
  std::span<const Bytes> attachments = {};
  /// The text, if it contains numbers beyond double.
  std::string_view text = {};
};

/// A number beyond double is a NaN in the tree, which JSON cannot contain. The payload of the NaN
/// is the number's position in the text.
struct NumberBeyondDouble {
  static constexpr std::uint64_t nan = 0x7ff8'0000'0000'0000;

  static double at(std::uint64_t place) { return std::bit_cast<double>(nan | place); }
  static std::size_t place_of(double number) { return std::bit_cast<std::uint64_t>(number) & ~nan; }
};

/// Where an element is in simdjson's tape (simdjson's doc/tape.md): what an element contains. Whatever
/// every event needs is read here directly; the rest by simdjson's functions.
struct TapePosition {
  const dom::document* document = nullptr;
  std::size_t index = 0;

  std::uint64_t word() const { return document->tape[index]; }
  char type() const { return static_cast<char>(word() >> 56); }
  /// Of a container: where the tape goes on behind it.
  std::size_t end_of_container() const { return static_cast<std::uint32_t>(word()); }
  /// Of the next element.
  TapePosition next() const {
    switch (type()) {
      case '[':
      case '{':
        return {document, end_of_container()};
      case 'l':
      case 'u':
      case 'd':
        return {document, index + 2};
      default:
        return {document, index + 1};
    }
  }
  std::string_view string() const {
    constexpr std::uint64_t offset_bits = (std::uint64_t{1} << 56) - 1;
    const std::uint8_t* const length = document->string_buf.get() + (word() & offset_bits);
    std::uint32_t size = 0;
    std::memcpy(&size, length, sizeof(size));
    return {reinterpret_cast<const char*>(length) + sizeof(size), size};
  }
};

struct ValueAccess {
  static Value make(const dom::element& element, const ParsedText* parsed) {
    Value value;
    value.element_ = to_bytes(element);
    value.parsed_ = parsed;
    return value;
  }
  static bool is_absent(const Value& value) { return position(value).document == nullptr; }
  static dom::element element(const Value& value) {
    return from_bytes<dom::element>(value.element_);
  }
  static TapePosition position(const Value& value) {
    return from_bytes<TapePosition>(value.element_);
  }
  static Value make(const TapePosition& position, const ParsedText* parsed) {
    Value value;
    value.element_ = to_bytes(position);
    value.parsed_ = parsed;
    return value;
  }
  static const ParsedText* parsed(const Value& value) { return value.parsed_; }
};

/// An object whose `_placeholder` is true. If that name occurs more than once the last counts, as
/// in JavaScript.
struct Placeholder {
  /// Empty unless `num` is an integer >= 0.
  std::optional<std::uint64_t> num;
};

/// The placeholder in `element`, or nothing if it is not one.
std::optional<Placeholder> as_placeholder(const dom::element& element);

}  // namespace socketio
