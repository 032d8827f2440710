// SPDX-License-Identifier: MIT
#include "codec/json/document.hpp"
#include "codec/socketio/packet.hpp"

#include <socketio/event_writer.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace socketio {

namespace detail {

namespace {

// The memory that this thread's next emit may reuse. What exceeds this is freed.
constexpr std::size_t kept_bytes = 64 * 1024;

// When a program ends, the spare memory of the main thread is destroyed before static objects are,
// and those may still emit.
thread_local bool is_spare_gone = false;
struct Spare {
  ~Spare() { is_spare_gone = true; }
  TextBuffer text;
};
thread_local Spare spare;

}  // namespace

void OutgoingEvent::require_allowed(std::string_view name) {
  // As in JavaScript, a name for which the peer would close the connection is an error of
  // the program.
  if (!parser::is_reserved_event(name)) return;
  throw std::invalid_argument('"' + std::string(name) + "\" is a reserved event name");
}

void OutgoingEvent::borrow() {
  if (!is_spare_gone) text_ = std::move(spare.text);
  text_.clear();
  text_.room_for(header_room);
  text_.advance(header_room);
}

OutgoingEvent::~OutgoingEvent() {
  if (is_spare_gone) return;
  if (text_.capacity() <= kept_bytes && text_.capacity() > spare.text.capacity())
    spare.text = std::move(text_);
}

void OutgoingEvent::relay(JsonWriter& writer, const Arguments& arguments) {
  if (arguments.attachments().empty()) {
    if (!arguments.elements().empty()) writer.raw(arguments.elements());
    return;
  }
  // Placeholders must be renumbered among the other arguments.
  codec::Document document(codec::own_text);
  const auto all = document.parse("[" + arguments.elements() + "]", arguments.attachments());
  if (!all) return;
  ValueArray items(*all);
  for (Value item; items.next(item);) item.write(writer);
}

}  // namespace detail
}  // namespace socketio
