// SPDX-License-Identifier: MIT
#include "codec/json/javascript_text.hpp"
#include "codec/json/value_access.hpp"

#include <socketio/json_writer.hpp>
#include <socketio/value.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {
namespace {

constexpr double two_to_63 = 9223372036854775808.0;
constexpr double two_to_64 = 18446744073709551616.0;

bool is_integral(double number) { return std::trunc(number) == number; }

/// dom::element::is_double() is also true for integers.
bool is_double(const dom::element& element) { return element.type() == dom::element_type::DOUBLE; }

/// The attachment that `element` is a placeholder for, or null if it is an ordinary value.
const Bytes* attachment_of(const dom::element& element, const ParsedText* parsed) {
  if (!parsed || parsed->attachments.empty()) return nullptr;
  const auto placeholder = as_placeholder(element);
  if (!placeholder || !placeholder->num || *placeholder->num >= parsed->attachments.size())
    return nullptr;
  return &parsed->attachments[*placeholder->num];
}

const Bytes* attachment_of(const Value& value) {
  if (ValueAccess::is_absent(value)) return nullptr;
  return attachment_of(ValueAccess::element(value), ValueAccess::parsed(value));
}

std::string_view text_beyond_double(double number, const ParsedText& parsed) {
  return codec::leading_number(parsed.text.substr(NumberBeyondDouble::place_of(number)));
}

/// The number that a user reads: infinite if the text has a number beyond double.
double as_read(double number, const ParsedText* parsed) {
  if (!std::isnan(number)) return number;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return text_beyond_double(number, *parsed).starts_with('-') ? -infinity : infinity;
}

/// Marks the members of an object that count: of several with one name only the last does, as in
/// JavaScript. Sorting keeps this fast even if a peer chooses the names to make it slow.
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

/// Writes a value and everything in it.
class TreeWriter {
 public:
  enum class Binary : std::uint8_t { as_placeholders, as_attachments };

  TreeWriter(JsonWriter& writer, const ParsedText* parsed, Binary binary)
      : writer_(writer), parsed_(parsed), binary_(binary) {}

  void write(const dom::element& element) {
    switch (element.type()) {
      case dom::element_type::ARRAY:
        return write_array(dom::array(element));
      case dom::element_type::OBJECT:
        if (binary_ == Binary::as_attachments) {
          if (const Bytes* bytes = attachment_of(element, parsed_)) return writer_.binary(*bytes);
        }
        return write_object(dom::object(element));
      case dom::element_type::INT64:
        return writer_.integer(element.get_int64().value_unsafe());
      case dom::element_type::UINT64:
        return writer_.unsigned_integer(element.get_uint64().value_unsafe());
      case dom::element_type::STRING:
        return writer_.string(element.get_string().value_unsafe());
      case dom::element_type::BOOL:
        return writer_.boolean(element.get_bool().value_unsafe());
      case dom::element_type::NULL_VALUE:
        return writer_.null();
      case dom::element_type::DOUBLE:
      // An integer beyond 64 bits, as in Value::kind().
      default:
        return write_number(element.get_double().value_unsafe());
    }
  }

 private:
  void write_array(const dom::array& array) {
    writer_.begin_array();
    for (const dom::element item : array) write(item);
    writer_.end_array();
  }
  void write_object(const dom::object& object) {
    const std::vector<bool> counts = counting_members(object);
    std::size_t index = 0;
    writer_.begin_object();
    for (const auto member : object) {
      if (!counts[index++]) continue;
      writer_.key(member.key);
      write(member.value);
    }
    writer_.end_object();
  }
  void write_number(double number) {
    if (std::isnan(number)) return writer_.raw(text_beyond_double(number, *parsed_));
    writer_.number(number);
  }

  JsonWriter& writer_;
  const ParsedText* parsed_;
  Binary binary_;
};

void write(JsonWriter& writer, const Value& value, TreeWriter::Binary binary) {
  if (ValueAccess::is_absent(value)) return writer.null();
  TreeWriter(writer, ValueAccess::parsed(value), binary).write(ValueAccess::element(value));
}

/// Makes json of a value and everything in it. Each element is made in its place, because a large
/// array has many.
class JsonMaker {
 public:
  explicit JsonMaker(const ParsedText* parsed) : parsed_(parsed) {}

  json make(const dom::element& element) const {
    switch (element.type()) {
      case dom::element_type::ARRAY: {
        const dom::array array(element);
        return make_array(array.begin(), array.end());
      }
      case dom::element_type::OBJECT:
        // Not json::binary(): if memory runs out, it destroys what it has not constructed.
        if (const Bytes* bytes = attachment_of(element, parsed_)) return json::binary_t(*bytes);
        return make_object(dom::object(element));
      case dom::element_type::INT64:
        return element.get_int64().value_unsafe();
      case dom::element_type::UINT64:
        return element.get_uint64().value_unsafe();
      case dom::element_type::STRING:
        return element.get_string().value_unsafe();
      case dom::element_type::BOOL:
        return element.get_bool().value_unsafe();
      case dom::element_type::NULL_VALUE:
        return nullptr;
      case dom::element_type::DOUBLE:
      // An integer beyond 64 bits, as in Value::kind().
      default:
        return as_read(element.get_double().value_unsafe(), parsed_);
    }
  }
  json make_array(dom::array::iterator begin, const dom::array::iterator& end) const {
    json::array_t items;
    std::size_t count = 0;
    for (auto position = begin; position != end; ++position) ++count;
    items.reserve(count);
    for (; begin != end; ++begin) items.emplace_back(make(*begin));
    return items;
  }

 private:
  json make_object(const dom::object& object) const {
    json::object_t members;
    for (const auto member : object)
      members.insert_or_assign(std::string(member.key), make(member.value));
    return members;
  }

  const ParsedText* parsed_;
};

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
      const bool valid = ValueAccess::make(member.value, nullptr).get(num);
      placeholder.num = valid ? std::optional(num) : std::nullopt;
    }
  }
  return marked ? std::optional(placeholder) : std::nullopt;
}

Value::Kind Value::kind() const {
  if (ValueAccess::is_absent(*this)) return Kind::null;
  switch (ValueAccess::position(*this).type()) {
    case '[':
      return Kind::array;
    case '{':
      return attachment_of(*this) ? Kind::binary : Kind::object;
    case 'l':
      return Kind::integer;
    case 'u':
      return Kind::unsigned_integer;
    case '"':
      return Kind::string;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
    case 'd':
    // simdjson 4.6 has a type for integers beyond 64 bits; Document makes doubles of them.
    default:
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
  double number = 0;
  if (ValueAccess::element(*this).get_double().get(number) != simdjson::SUCCESS) return false;
  out = as_read(number, parsed_);
  return true;
}

bool Value::get(std::string_view& out) const {
  if (ValueAccess::is_absent(*this)) return false;
  const TapePosition position = ValueAccess::position(*this);
  if (position.type() != '"') return false;
  out = position.string();
  return true;
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
  if (ValueAccess::is_absent(*this)) return nullptr;
  return JsonMaker(parsed_).make(ValueAccess::element(*this));
}

void Value::append_text(std::string& out) const {
  std::vector<Bytes> no_attachments;
  TextBuffer text;
  JsonWriter writer(text, no_attachments);
  socketio::write(writer, *this, TreeWriter::Binary::as_placeholders);
  out += text.view();
}

void Value::write(JsonWriter& writer) const {
  socketio::write(writer, *this, TreeWriter::Binary::as_attachments);
}

ValueArray::ValueArray(const Value& value) : parsed_(ValueAccess::parsed(value)) {
  if (ValueAccess::is_absent(value)) return;
  const TapePosition array = ValueAccess::position(value);
  if (array.type() != '[') return;
  position_ = to_bytes(TapePosition{array.document, array.index + 1});
  // The bracket is the last word.
  end_ = array.end_of_container() - 1;
}

bool ValueArray::next(Value& out) {
  const auto position = from_bytes<TapePosition>(position_);
  if (position.index == end_) return false;
  out = ValueAccess::make(position, parsed_);
  position_ = to_bytes(position.next());
  return true;
}

void ValueArray::append_text(std::string& out) const {
  std::vector<Bytes> no_attachments;
  TextBuffer text;
  JsonWriter writer(text, no_attachments);
  ValueArray items(*this);
  for (Value item; items.next(item);)
    socketio::write(writer, item, TreeWriter::Binary::as_placeholders);
  out += text.view();
}

json ValueArray::to_json() const {
  const auto position = from_bytes<TapePosition>(position_);
  if (position.index == end_) return json::array();
  const TapePosition end{position.document, end_};
  return JsonMaker(parsed_).make_array(std::bit_cast<dom::array::iterator>(position),
                                       std::bit_cast<dom::array::iterator>(end));
}

ValueObject::ValueObject(const Value& value) : parsed_(ValueAccess::parsed(value)) {
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
  out = ValueAccess::make(position.value(), parsed_);
  position_ = to_bytes(++position);
  return true;
}

}  // namespace socketio
