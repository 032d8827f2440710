// SPDX-License-Identifier: MIT
// What a Value really is: a simdjson element kept as plain bytes, so that simdjson stays out of the
// public headers. All bytes zero stands for null (a Value that was never parsed). Private to
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

/// What the values of one text refer to besides the tree; its owner is the Document.
struct ParsedText {
  std::span<const Bytes> attachments = {};
  /// The text, if it has numbers beyond double.
  std::string_view text = {};
};

/// In the tree a number beyond double is NaN, which JSON has not, with its place in the text as
/// the payload.
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

/// An object whose `_placeholder` is true, the last of that name as in JavaScript.
struct Placeholder {
  /// Nothing unless `num` is an integer >= 0.
  std::optional<std::uint64_t> num;
};

/// The placeholder that `element` is, if it is one.
std::optional<Placeholder> as_placeholder(const dom::element& element);

}  // namespace socketio
