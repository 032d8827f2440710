// SPDX-License-Identifier: MIT
#include "core/event_text.hpp"

#include <utility>

namespace socketio {

namespace detail {
namespace {

/// The arguments after the name.
ValueArray arguments_of(const Value& payload) {
  ValueArray items(payload);
  Value name;
  items.next(name);
  return items;
}

/// json's destructor would move all elements into an extra array. After this it finds none.
void empty(json& value) {
  if (value.is_array()) {
    auto& items = value.get_ref<json::array_t&>();
    for (json& item : items) empty(item);
    items.clear();
  } else if (value.is_object()) {
    for (auto& [name, member] : value.get_ref<json::object_t&>()) empty(member);
  }
}

}  // namespace

WatchedArguments::~WatchedArguments() {
  if (json_) empty(*json_);
}

json& WatchedArguments::as_json() {
  if (!json_) json_ = arguments_of(payload_).to_json();
  return *json_;
}

const Arguments& WatchedArguments::undecoded() {
  if (!undecoded_) undecoded_ = core::undecoded(arguments_of(payload_), attachments_);
  return *undecoded_;
}

}  // namespace detail

namespace core {

std::string_view event_name(ValueArray& items, std::string& number_name) {
  Value first;
  items.next(first);
  std::string_view name;
  if (first.get(name)) return name;
  first.append_text(number_name);
  return number_name;
}

Arguments undecoded(const ValueArray& items, std::span<const Bytes> attachments) {
  std::string elements;
  items.append_text(elements);
  return {std::move(elements), {attachments.begin(), attachments.end()}};
}

std::string message_of(const std::exception_ptr& exception, std::string_view unknown) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& failure) {
    return failure.what();
  } catch (...) {
    return std::string(unknown);
  }
}

}  // namespace core
}  // namespace socketio
