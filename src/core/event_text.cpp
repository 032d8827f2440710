// SPDX-License-Identifier: MIT
#include "core/event_text.hpp"

#include "codec/json/document.hpp"

#include <utility>

namespace socketio::core {

std::string_view event_name(ValueArray& items, std::string& number_name) {
  Value first;
  items.next(first);
  std::string_view name;
  if (first.get(name)) return name;
  first.append_text(number_name);
  return number_name;
}

Event watched_event(std::string_view name, const Value& payload) {
  Event event{std::string(name), payload.to_json()};
  event.arguments.erase(event.arguments.begin());
  return event;
}

std::optional<Event> watched_event(std::string_view text, const std::vector<Bytes>& attachments) {
  // The loop's own document may be in use by the handler that is emitting.
  codec::Document document(codec::own_text);
  const auto payload = document.parse(text, attachments);
  if (!payload) return std::nullopt;
  ValueArray items(*payload);
  std::string number_name;
  return watched_event(event_name(items, number_name), *payload);
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

}  // namespace socketio::core
