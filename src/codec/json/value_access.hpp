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

struct ValueAccess {
  static Value make(const dom::element& element, const ParsedText* parsed) {
    Value value;
    value.element_ = to_bytes(element);
    value.parsed_ = parsed;
    return value;
  }
  static bool is_absent(const Value& value) { return value.element_ == ElementBytes{}; }
  static dom::element element(const Value& value) {
    return from_bytes<dom::element>(value.element_);
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
