// SPDX-License-Identifier: MIT
// How C++ types become arguments of events and back. A handler's parameters are decoded by their
// types, what is emitted is encoded by its type:
//
//   bool, integers, floating point, std::string, std::string_view (only valid during the handler),
//   enums, std::vector, std::array, std::map and std::unordered_map with string keys, std::optional
//   (may be missing or null), std::variant (the first alternative that fits), std::pair and
//   std::tuple (arrays), json, Bytes, dates (std::chrono::system_clock::time_point), and any type
//   with nlohmann's to_json / from_json (NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE and friends); binary
//   data inside such a type is a json::binary_t, which travels as an attachment.
//
// Specialise Decode<T> or Encode<T> for what needs neither. All functions here are thread-safe.
#pragma once

#include <socketio/json.hpp>
#include <socketio/json_writer.hpp>
#include <socketio/value.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <ratio>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace socketio {

/// The arguments of an event as they came, not decoded: to relay, log or store. Owns its memory. As
/// a handler's parameter it takes all arguments that are left; emitted, it stands for all of them.
class Arguments {
 public:
  Arguments() = default;
  Arguments(std::string elements, std::vector<Bytes> attachments)
      : elements_(std::move(elements)), attachments_(std::move(attachments)) {}

  /// JSON text of the elements, separated by commas, without brackets; attachments appear
  /// as placeholders.
  const std::string& elements() const { return elements_; }
  const std::vector<Bytes>& attachments() const { return attachments_; }
  /// An array with attachments in place.
  json to_json() const;

 private:
  std::string elements_;
  std::vector<Bytes> attachments_;
};

/// `static bool decode(const Value&, T& out)`: false if the value has another shape.
template <class T, class = void>
struct Decode {
  static bool decode(const Value& value, T& out) {
    static_assert(
        requires(const json& given) { given.get_to(out); },
        "socketio: this type cannot be decoded. Give it a from_json "
        "(NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE "
        "makes one) in its own namespace, or specialise socketio::Decode");
    try {
      value.to_json().get_to(out);
      return true;
    } catch (...) {  // json::exception, or whatever the user's own from_json throws
      return false;
    }
  }
};

/// `static void encode(JsonWriter&, const T&)`: writes exactly one value.
template <class T, class = void>
struct Encode {
  static void encode(JsonWriter& writer, const T& value) {
    static_assert(std::is_constructible_v<json, const T&>,
                  "socketio: this type cannot be encoded. Give it a to_json "
                  "(NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE "
                  "makes one) in its own namespace, or specialise socketio::Encode");
    writer.value(json(value));
  }
};

template <class T>
bool decode(const Value& value, T& out) {
  return Decode<T>::decode(value, out);
}

template <class T>
void encode(JsonWriter& writer, const T& value) {
  Encode<T>::encode(writer, value);
}

// --- Scalars ---

template <>
struct Decode<bool> {
  static bool decode(const Value& value, bool& out) { return value.get(out); }
};

template <>
struct Encode<bool> {
  static void encode(JsonWriter& writer, bool value) { writer.boolean(value); }
};

template <class T>
struct Decode<T, std::enable_if_t<std::is_integral_v<T>>> {
  static bool decode(const Value& value, T& out) {
    using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    Wide wide;
    if (!value.get(wide)) return false;
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) return false;
    out = static_cast<T>(wide);
    return true;
  }
};

template <class T>
struct Encode<T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>>> {
  static void encode(JsonWriter& writer, T value) {
    if constexpr (std::is_signed_v<T>) {
      writer.integer(value);
    } else {
      writer.unsigned_integer(value);
    }
  }
};

template <class T>
struct Decode<T, std::enable_if_t<std::is_floating_point_v<T>>> {
  static bool decode(const Value& value, T& out) {
    double number;
    if (!value.get(number)) return false;
    out = static_cast<T>(number);
    return true;
  }
};

template <class T>
struct Encode<T, std::enable_if_t<std::is_floating_point_v<T>>> {
  static void encode(JsonWriter& writer, T value) { writer.number(static_cast<double>(value)); }
};

template <class T>
struct Decode<
    T, std::enable_if_t<std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>>> {
  static bool decode(const Value& value, T& out) {
    std::string_view text;
    if (!value.get(text)) return false;
    out = T(text);
    return true;
  }
};

template <class T>
struct Encode<T, std::enable_if_t<std::is_convertible_v<const T&, std::string_view>>> {
  static void encode(JsonWriter& writer, const T& value) { writer.string(value); }
};

/// By from_json and to_json, which NLOHMANN_JSON_SERIALIZE_ENUM replaces; without it the
/// underlying number.
template <class T>
struct Decode<T, std::enable_if_t<std::is_enum_v<T>>> {
  static bool decode(const Value& value, T& out) {
    const json given = value.to_json();
    try {
      given.get_to(out);
      // The cast from a number drops a fraction and what is too high.
      return !(given.is_number() || given.is_boolean()) || json(out) == given;
    } catch (...) {
      return false;
    }
  }
};

template <>
struct Encode<std::nullptr_t> {
  static void encode(JsonWriter& writer, std::nullptr_t) { writer.null(); }
};

// --- json and binary ---

template <>
struct Decode<json> {
  static bool decode(const Value& value, json& out) {
    out = value.to_json();
    return true;
  }
};

template <>
struct Encode<json> {
  static void encode(JsonWriter& writer, const json& value) { writer.value(value); }
};

template <>
struct Decode<Bytes> {
  static bool decode(const Value& value, Bytes& out) {
    std::span<const std::uint8_t> bytes;
    if (!value.get(bytes)) return false;
    out.assign(bytes.begin(), bytes.end());
    return true;
  }
};

template <class T>
struct Encode<T, std::enable_if_t<std::is_same_v<T, Bytes> ||
                                  std::is_same_v<T, std::span<const std::uint8_t>>>> {
  static void encode(JsonWriter& writer, const T& value) { writer.binary(value); }
};

// --- Dates ---

namespace detail {

/// As JavaScript writes a Date: "2026-11-26T09:30:00.000Z". Nothing for a year that has more than
/// four digits and is beyond 32767.
std::optional<std::string> date_to_text(std::int64_t milliseconds_since_1970);
/// Reads such a text, with "Z" or another offset from UTC.
std::optional<std::int64_t> text_to_date(std::string_view text);

}  // namespace detail

/// A date travels as the text that JavaScript makes of it, in UTC and milliseconds. A text without
/// time or offset from UTC does not fit.
template <class Duration>
struct Decode<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;
  static bool decode(const Value& value, Time& out) {
    std::string_view text;
    if (!value.get(text)) return false;
    const auto milliseconds = detail::text_to_date(text);
    if (!milliseconds) return false;
    const std::chrono::milliseconds since_1970(*milliseconds);
    if constexpr (std::ratio_less_v<typename Duration::period, std::milli>) {
      // A clock that counts nanoseconds ends in the year 2262.
      if (since_1970 < std::chrono::ceil<std::chrono::milliseconds>(Duration::min()) ||
          since_1970 > std::chrono::floor<std::chrono::milliseconds>(Duration::max())) {
        return false;
      }
    }
    out = Time(std::chrono::duration_cast<Duration>(since_1970));
    return true;
  }
};

template <class Duration>
struct Encode<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  static void encode(JsonWriter& writer,
                     const std::chrono::time_point<std::chrono::system_clock, Duration>& value) {
    const auto text = detail::date_to_text(
        std::chrono::floor<std::chrono::milliseconds>(value.time_since_epoch()).count());
    text ? writer.string(*text) : writer.null();
  }
};

// --- Containers ---

template <class T>
struct Decode<std::vector<T>, std::enable_if_t<!std::is_same_v<T, std::uint8_t>>> {
  static bool decode(const Value& value, std::vector<T>& out) {
    if (value.kind() != Value::Kind::array) return false;
    out.clear();
    ValueArray items(value);
    for (Value item; items.next(item);) {
      T element{};
      if (!socketio::decode(item, element)) return false;
      out.push_back(std::move(element));
    }
    return true;
  }
};

template <class T, std::size_t Size>
struct Decode<std::array<T, Size>> {
  static bool decode(const Value& value, std::array<T, Size>& out) {
    if (value.kind() != Value::Kind::array || value.size() != Size) return false;
    ValueArray items(value);
    Value item;
    for (T& element : out) {
      if (!items.next(item) || !socketio::decode(item, element)) return false;
    }
    return true;
  }
};

namespace detail {

template <class T>
struct IsSequence : std::false_type {};
template <class T>
struct IsSequence<std::vector<T>> : std::bool_constant<!std::is_same_v<T, std::uint8_t>> {};
template <class T, std::size_t Size>
struct IsSequence<std::array<T, Size>> : std::true_type {};

template <class T>
struct IsDictionary : std::false_type {};
template <class T, class... Rest>
struct IsDictionary<std::map<std::string, T, Rest...>> : std::true_type {};
template <class T, class... Rest>
struct IsDictionary<std::unordered_map<std::string, T, Rest...>> : std::true_type {};

}  // namespace detail

template <class T>
struct Encode<T, std::enable_if_t<detail::IsSequence<T>::value>> {
  static void encode(JsonWriter& writer, const T& value) {
    writer.begin_array();
    for (const auto& element : value) {
      socketio::encode<std::remove_cvref_t<decltype(element)>>(writer, element);
    }
    writer.end_array();
  }
};

template <class T>
struct Decode<T, std::enable_if_t<detail::IsDictionary<T>::value>> {
  static bool decode(const Value& value, T& out) {
    if (value.kind() != Value::Kind::object) return false;
    out.clear();
    ValueObject members(value);
    std::string_view name;
    for (Value member; members.next(name, member);) {
      typename T::mapped_type element{};
      if (!socketio::decode(member, element)) return false;
      out.insert_or_assign(std::string(name), std::move(element));
    }
    return true;
  }
};

template <class T>
struct Encode<T, std::enable_if_t<detail::IsDictionary<T>::value>> {
  static void encode(JsonWriter& writer, const T& value) {
    writer.begin_object();
    for (const auto& [name, element] : value) {
      writer.key(name);
      socketio::encode(writer, element);
    }
    writer.end_object();
  }
};

template <class T>
struct Decode<std::optional<T>> {
  static bool decode(const Value& value, std::optional<T>& out) {
    out.reset();
    if (value.is_null()) return true;
    return socketio::decode(value, out.emplace());
  }
};

template <class T>
struct Encode<std::optional<T>> {
  static void encode(JsonWriter& writer, const std::optional<T>& value) {
    value ? socketio::encode(writer, *value) : writer.null();
  }
};

template <class... Ts>
struct Decode<std::variant<Ts...>> {
  static bool decode(const Value& value, std::variant<Ts...>& out) {
    return (attempt<Ts>(value, out) || ...);
  }

 private:
  template <class T>
  static bool attempt(const Value& value, std::variant<Ts...>& out) {
    T alternative{};
    if (!socketio::decode(value, alternative)) return false;
    out = std::move(alternative);
    return true;
  }
};

template <class... Ts>
struct Encode<std::variant<Ts...>> {
  static void encode(JsonWriter& writer, const std::variant<Ts...>& value) {
    std::visit([&](const auto& alternative) { socketio::encode(writer, alternative); }, value);
  }
};

namespace detail {

template <class Tuple>
bool decode_tuple(const Value& value, Tuple& out) {
  if (value.kind() != Value::Kind::array || value.size() != std::tuple_size_v<Tuple>) return false;
  ValueArray items(value);
  Value item;
  return std::apply(
      [&](auto&... elements) {
        return ((items.next(item) && socketio::decode(item, elements)) && ...);
      },
      out);
}

template <class Tuple>
void encode_tuple(JsonWriter& writer, const Tuple& value) {
  writer.begin_array();
  std::apply([&](const auto&... elements) { (socketio::encode(writer, elements), ...); }, value);
  writer.end_array();
}

}  // namespace detail

template <class... Ts>
struct Decode<std::tuple<Ts...>> {
  static bool decode(const Value& value, std::tuple<Ts...>& out) {
    return detail::decode_tuple(value, out);
  }
};

template <class... Ts>
struct Encode<std::tuple<Ts...>> {
  static void encode(JsonWriter& writer, const std::tuple<Ts...>& value) {
    detail::encode_tuple(writer, value);
  }
};

template <class A, class B>
struct Decode<std::pair<A, B>> {
  static bool decode(const Value& value, std::pair<A, B>& out) {
    return detail::decode_tuple(value, out);
  }
};

template <class A, class B>
struct Encode<std::pair<A, B>> {
  static void encode(JsonWriter& writer, const std::pair<A, B>& value) {
    detail::encode_tuple(writer, value);
  }
};

}  // namespace socketio
