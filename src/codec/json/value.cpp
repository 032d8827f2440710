// SPDX-License-Identifier: MIT
#include "codec/json/value_access.hpp"

#include <socketio/json_writer.hpp>
#include <socketio/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {
namespace {

constexpr double two_to_63 = 9223372036854775808.0;
constexpr double two_to_64 = 18446744073709551616.0;

bool is_integral(double number) { return std::trunc(number) == number; }

/// Unlike dom::element::is_double(), which says yes to integers too.
bool is_double(const dom::element& element) { return element.type() == dom::element_type::DOUBLE; }

/// The bytes that `value` stands for, or null if it is an ordinary value.
const Bytes* attachment_of(const Value& value) {
  const auto attachments = ValueAccess::attachments(value);
  if (attachments.empty() || ValueAccess::is_absent(value)) return nullptr;
  const auto placeholder = as_placeholder(ValueAccess::element(value));
  if (!placeholder || !placeholder->num || *placeholder->num >= attachments.size()) return nullptr;
  return &attachments[*placeholder->num];
}

/// Which members of an object count: of several with one name the last, as in JavaScript. Sorted,
/// because a peer that chooses the names may not make it slow.
std::vector<bool> counting_members(const dom::object& object) {
  std::vector<std::pair<std::string_view, std::size_t>> names;
  for (const auto member : object) names.emplace_back(member.key, names.size());
  std::sort(names.begin(), names.end());
  std::vector<bool> counts(names.size(), true);
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i - 1].first == names[i].first) counts[names[i - 1].second] = false;
  }
  return counts;
}

void write(JsonWriter& writer, const dom::element& element);

void write_object(JsonWriter& writer, const dom::object& object) {
  const std::vector<bool> counts = counting_members(object);
  std::size_t index = 0;
  writer.begin_object();
  for (const auto member : object) {
    if (!counts[index++]) continue;
    writer.key(member.key);
    write(writer, member.value);
  }
  writer.end_object();
}

void write(JsonWriter& writer, const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::ARRAY:
      writer.begin_array();
      for (const dom::element item : dom::array(element)) write(writer, item);
      return writer.end_array();
    case dom::element_type::OBJECT:
      return write_object(writer, dom::object(element));
    case dom::element_type::INT64:
      return writer.integer(element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return writer.unsigned_integer(element.get_uint64().value_unsafe());
    case dom::element_type::STRING:
      return writer.string(element.get_string().value_unsafe());
    case dom::element_type::BOOL:
      return writer.boolean(element.get_bool().value_unsafe());
    case dom::element_type::NULL_VALUE:
      return writer.null();
    case dom::element_type::DOUBLE:
    default:  // simdjson 4.6 has a type for integers beyond 64 bits; Document makes doubles of them
      return writer.number(element.get_double().value_unsafe());
  }
}

json scalar_to_json(const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::INT64:
      return element.get_int64().value_unsafe();
    case dom::element_type::UINT64:
      return element.get_uint64().value_unsafe();
    case dom::element_type::DOUBLE:
      return element.get_double().value_unsafe();
    case dom::element_type::STRING:
      return element.get_string().value_unsafe();
    case dom::element_type::BOOL:
      return element.get_bool().value_unsafe();
    default:
      return nullptr;
  }
}

}  // namespace

std::optional<Placeholder> as_placeholder(const dom::element& element) {
  if (!element.is_object()) return std::nullopt;
  bool marked = false;
  Placeholder placeholder;
  for (const auto member : dom::object(element)) {
    if (member.key == "_placeholder") {
      marked = member.value.is_bool() && member.value.get_bool().value_unsafe();
    } else if (member.key == "num") {
      std::uint64_t num = 0;
      const bool valid = ValueAccess::make(member.value, {}).get(num);
      placeholder.num = valid ? std::optional(num) : std::nullopt;
    }
  }
  return marked ? std::optional(placeholder) : std::nullopt;
}

Value::Kind Value::kind() const {
  if (ValueAccess::is_absent(*this)) return Kind::null;
  switch (ValueAccess::element(*this).type()) {
    case dom::element_type::ARRAY:
      return Kind::array;
    case dom::element_type::OBJECT:
      return attachment_of(*this) ? Kind::binary : Kind::object;
    case dom::element_type::INT64:
      return Kind::integer;
    case dom::element_type::UINT64:
      return Kind::unsigned_integer;
    case dom::element_type::STRING:
      return Kind::string;
    case dom::element_type::BOOL:
      return Kind::boolean;
    case dom::element_type::NULL_VALUE:
      return Kind::null;
    case dom::element_type::DOUBLE:
    default:  // an integer beyond 64 bits, as in write()
      return Kind::number;
  }
}

bool Value::get(bool& out) const {
  if (ValueAccess::is_absent(*this)) return false;
  return ValueAccess::element(*this).get_bool().get(out) == simdjson::SUCCESS;
}

bool Value::get(std::int64_t& out) const {
  if (ValueAccess::is_absent(*this)) return false;
  const auto element = ValueAccess::element(*this);
  if (!is_double(element)) return element.get_int64().get(out) == simdjson::SUCCESS;
  const double number = element.get_double().value_unsafe();
  if (!(number >= -two_to_63 && number < two_to_63) || !is_integral(number)) return false;
  out = static_cast<std::int64_t>(number);
  return true;
}

bool Value::get(std::uint64_t& out) const {
  if (ValueAccess::is_absent(*this)) return false;
  const auto element = ValueAccess::element(*this);
  if (!is_double(element)) return element.get_uint64().get(out) == simdjson::SUCCESS;
  const double number = element.get_double().value_unsafe();
  if (!(number >= 0 && number < two_to_64) || !is_integral(number)) return false;
  out = static_cast<std::uint64_t>(number);
  return true;
}

bool Value::get(double& out) const {
  if (ValueAccess::is_absent(*this)) return false;
  return ValueAccess::element(*this).get_double().get(out) == simdjson::SUCCESS;
}

bool Value::get(std::string_view& out) const {
  if (ValueAccess::is_absent(*this)) return false;
  return ValueAccess::element(*this).get_string().get(out) == simdjson::SUCCESS;
}

bool Value::get(std::span<const std::uint8_t>& out) const {
  const Bytes* bytes = attachment_of(*this);
  if (!bytes) return false;
  out = *bytes;
  return true;
}

std::size_t Value::size() const {
  std::size_t count = 0;
  Value item;
  std::string_view name;
  for (ValueArray items{*this}; items.next(item);) ++count;
  for (ValueObject members{*this}; members.next(name, item);) ++count;
  return count;
}

bool Value::find(std::string_view name, Value& out) const {
  bool found = false;
  Value candidate;
  std::string_view key;
  for (ValueObject members{*this}; members.next(key, candidate);) {
    if (key != name) continue;
    out = candidate;
    found = true;
  }
  return found;
}

json Value::to_json() const {
  Value item;
  switch (kind()) {
    case Kind::binary:
      return json::binary(*attachment_of(*this));
    case Kind::array: {
      json::array_t array;
      for (ValueArray items{*this}; items.next(item);) array.push_back(item.to_json());
      return array;
    }
    case Kind::object: {
      json::object_t object;
      std::string_view name;
      for (ValueObject members{*this}; members.next(name, item);) {
        object.insert_or_assign(std::string(name), item.to_json());
      }
      return object;
    }
    default:
      return ValueAccess::is_absent(*this) ? json() : scalar_to_json(ValueAccess::element(*this));
  }
}

void Value::append_text(std::string& out) const {
  std::vector<Bytes> no_attachments;
  JsonWriter writer(out, no_attachments);
  if (ValueAccess::is_absent(*this)) return writer.null();
  write(writer, ValueAccess::element(*this));
}

ValueArray::ValueArray(const Value& value) : attachments_(ValueAccess::attachments(value)) {
  if (ValueAccess::is_absent(value)) return;
  dom::array array;
  if (ValueAccess::element(value).get_array().get(array) != simdjson::SUCCESS) return;
  position_ = to_bytes(array.begin());
  end_ = to_bytes(array.end());
}

bool ValueArray::next(Value& out) {
  if (position_ == end_) return false;
  auto position = from_bytes<dom::array::iterator>(position_);
  out = ValueAccess::make(*position, attachments_);
  position_ = to_bytes(++position);
  return true;
}

ValueObject::ValueObject(const Value& value) : attachments_(ValueAccess::attachments(value)) {
  if (ValueAccess::is_absent(value) || attachment_of(value)) return;
  dom::object object;
  if (ValueAccess::element(value).get_object().get(object) != simdjson::SUCCESS) return;
  position_ = to_bytes(object.begin());
  end_ = to_bytes(object.end());
}

bool ValueObject::next(std::string_view& name, Value& out) {
  if (position_ == end_) return false;
  auto position = from_bytes<dom::object::iterator>(position_);
  name = position.key();
  out = ValueAccess::make(position.value(), attachments_);
  position_ = to_bytes(++position);
  return true;
}

}  // namespace socketio
