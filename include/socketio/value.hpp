// SPDX-License-Identifier: MIT
// Value: a view of one JSON value (or attachment) of a packet that is being dispatched. Typed
// arguments are decoded from it; user code needs it only for a socketio::Decode<T> of its own.
//
// It is valid during the call that gets it, on that thread, and cheap to copy. No function
// throws for anything that a peer can send: a getter of the wrong kind returns false and leaves
// `out` unchanged.
#pragma once

#include <socketio/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace socketio {

class JsonWriter;
struct ParsedText;

class Value {
 public:
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,
    unsigned_integer,
    number,
    string,
    array,
    object,
    binary
  };

  Kind kind() const;
  bool is_null() const { return kind() == Kind::null; }

  bool get(bool& out) const;
  /// Integers that fit exactly; a number with a fraction of zero (`3.0`) counts as an integer, as
  /// in JavaScript.
  bool get(std::int64_t& out) const;
  bool get(std::uint64_t& out) const;
  /// Any number; integers beyond 2^53 are rounded, numbers beyond double (`1e999`) infinite.
  bool get(double& out) const;
  /// Views memory of the packet.
  bool get(std::string_view& out) const;
  bool get(std::span<const std::uint8_t>& out) const;

  /// Elements of an array or members of an object; 0 for anything else. Linear.
  std::size_t size() const;
  /// Member of an object (the last of that name, as in JavaScript); false if absent or
  /// not an object.
  bool find(std::string_view name, Value& out) const;

  /// A copy with attachments put back in place as json::binary.
  json to_json() const;
  /// Appends the JSON text; attachments appear as their placeholders.
  void append_text(std::string& out) const;
  /// The same with attachments as such.
  void write(JsonWriter& writer) const;

 private:
  friend class ValueArray;
  friend class ValueObject;
  friend struct ValueAccess;

  alignas(void*) std::array<std::byte, 2 * sizeof(void*)> element_{};
  const ParsedText* parsed_ = nullptr;
};

/// Walks an array: `for (ValueArray items{value}; items.next(item);)`. Empty if `value`
/// is no array.
class ValueArray {
 public:
  explicit ValueArray(const Value& value);
  bool next(Value& out);
  /// The remaining elements, as Value::to_json() returns them.
  json to_json() const;
  /// Appends the remaining elements, with commas between them, as Value::append_text() does.
  void append_text(std::string& out) const;

 private:
  alignas(void*) std::array<std::byte, 2 * sizeof(void*)> position_{};
  std::size_t end_ = 0;
  const ParsedText* parsed_ = nullptr;
};

/// Walks the members of an object, in the order of the text (duplicate names come more than once,
/// the last wins).
class ValueObject {
 public:
  explicit ValueObject(const Value& value);
  bool next(std::string_view& name, Value& out);

 private:
  alignas(void*) std::array<std::byte, 2 * sizeof(void*)> position_{};
  alignas(void*) std::array<std::byte, 2 * sizeof(void*)> end_{};
  const ParsedText* parsed_ = nullptr;
};

}  // namespace socketio
