// SPDX-License-Identifier: MIT
#include "codec/json/text.hpp"

#include <socketio/json_writer.hpp>

#include <charconv>
#include <cmath>

namespace socketio {
namespace {

template <class Integer>
void append_integer(TextBuffer& out, Integer value) {
  constexpr std::size_t longest = 24;
  char* const begin = out.room_for(longest);
  const auto result = std::to_chars(begin, begin + longest, value);
  out.advance(static_cast<std::size_t>(result.ptr - begin));
}

/// `Json` is json, whose binary data is then moved from, or const json.
template <class Json>
void write_scalar(JsonWriter& writer, Json& value) {
  switch (value.type()) {
    case json::value_t::boolean:
      return writer.boolean(value.template get<bool>());
    case json::value_t::number_integer:
      return writer.integer(value.template get<std::int64_t>());
    case json::value_t::number_unsigned:
      return writer.unsigned_integer(value.template get<std::uint64_t>());
    case json::value_t::number_float:
      return writer.number(value.template get<double>());
    case json::value_t::string:
      return writer.string(value.template get_ref<const json::string_t&>());
    case json::value_t::binary:
      if constexpr (std::is_const_v<Json>) {
        return writer.binary(value.get_binary());
      } else {
        return writer.take_binary(std::move(static_cast<Bytes&>(value.get_binary())));
      }
    default:
      return writer.null();
  }
}

template <class Json>
void write_value(JsonWriter& writer, Json& value) {
  // An explicit stack, because users may nest values to any depth.
  using Next = decltype(value.begin());
  struct Level {
    Json* container;
    Next next;
  };
  std::vector<Level> levels;
  for (Json* current = &value;;) {
    if (current->is_structured()) {
      current->is_array() ? writer.begin_array() : writer.begin_object();
      levels.push_back({current, current->begin()});
    } else {
      write_scalar(writer, *current);
    }
    while (!levels.empty() && levels.back().next == levels.back().container->end()) {
      levels.back().container->is_array() ? writer.end_array() : writer.end_object();
      levels.pop_back();
    }
    if (levels.empty()) return;
    Level& level = levels.back();
    if (level.container->is_object()) writer.key(level.next.key());
    current = &*level.next;
    ++level.next;
  }
}

}  // namespace

void JsonWriter::separate() {
  if (needs_comma_) text_.push_back(',');
  needs_comma_ = true;
}

void JsonWriter::null() { raw("null"); }

void JsonWriter::boolean(bool value) { raw(value ? "true" : "false"); }

void JsonWriter::integer(std::int64_t value) {
  separate();
  append_integer(text_, value);
}

void JsonWriter::unsigned_integer(std::uint64_t value) {
  separate();
  append_integer(text_, value);
}

void JsonWriter::number(double value) {
  if (infinities_ == Infinities::as_numbers && std::isinf(value))
    return raw(value < 0 ? "-1e999" : "1e999");
  if (!std::isfinite(value)) return null();
  separate();
  codec::append_number(text_, value);
}

void JsonWriter::string(std::string_view value) {
  separate();
  codec::append_quoted(text_, value);
}

void JsonWriter::take_binary(Bytes&& value) {
  separate();
  text_.append(R"({"_placeholder":true,"num":)");
  append_integer(text_, attachments_.size());
  text_.push_back('}');
  attachments_.push_back(std::move(value));
}

void JsonWriter::value(const json& value) { write_value(*this, value); }

void JsonWriter::value(json&& value) { write_value(*this, value); }

void JsonWriter::raw(std::string_view json_text) {
  separate();
  text_.append(json_text);
}

void JsonWriter::begin_array() {
  separate();
  text_.push_back('[');
  needs_comma_ = false;
}

void JsonWriter::end_array() {
  text_.push_back(']');
  needs_comma_ = true;
}

void JsonWriter::begin_object() {
  separate();
  text_.push_back('{');
  needs_comma_ = false;
}

void JsonWriter::end_object() {
  text_.push_back('}');
  needs_comma_ = true;
}

void JsonWriter::key(std::string_view name) {
  separate();
  codec::append_quoted(text_, name);
  text_.push_back(':');
  needs_comma_ = false;
}

}  // namespace socketio
