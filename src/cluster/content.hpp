// SPDX-License-Identifier: MIT
// Content of messages from events and values of this process, and back. Pure functions, any thread.
#pragma once

#include "cluster/message.hpp"
#include "codec/json/document.hpp"
#include "core/server/adapter.hpp"

#include <socketio/acknowledgement.hpp>

#include <string>
#include <utility>

namespace socketio::cluster {

inline Content content_of(const core::WrittenEvent& event) {
  return {std::string(event.text), event.attachments};
}

/// Of an array.
inline Content content_of(const Value& array) {
  const Arguments all = detail::all_arguments(array);
  return {'[' + all.elements() + ']', all.attachments()};
}

/// It views the content.
inline core::WrittenEvent written(const Content& event) { return {event.text, event.attachments}; }

/// Calls `use(const Value*)` with the value, which is null if another node has sent what is none.
template <class Use>
void read(const Content& content, Use use) {
  codec::Document document;
  const auto value = document.parse(content.text, content.attachments);
  use(value ? &*value : nullptr);
}

/// The first value of an array; null, as in JSON, if it is empty.
inline Content first_of(const core::WrittenEvent& array) {
  Content first{"null", {}};
  codec::Document document(codec::own_text);
  const auto parsed = document.parse(array.text, array.attachments);
  if (!parsed) return first;
  Value value;
  if (ValueArray items(*parsed); !items.next(value)) return first;
  TextBuffer text;
  JsonWriter writer(text, first.attachments);
  value.write(writer);
  first.text = text.view();
  return first;
}

}  // namespace socketio::cluster
