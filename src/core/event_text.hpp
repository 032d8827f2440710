// SPDX-License-Identifier: MIT
// What a server's or a client's socket reads from an event besides the arguments of its handlers:
// the name, the whole event for those who watch all events, and the text of an exception. Pure
// functions, any thread.
#pragma once

#include "codec/json/document.hpp"

#include <socketio/arguments.hpp>
#include <socketio/value.hpp>
#include <socketio/watcher.hpp>

#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

/// Moves `items` past the name. If the name is a number, which is allowed, `number_name`
/// holds its text.
std::string_view event_name(ValueArray& items, std::string& number_name);

/// The remaining arguments of a packet with `attachments`.
Arguments undecoded(const ValueArray& items, std::span<const Bytes> attachments);

/// Parses an event that is about to be sent, a JSON array that starts with its name, and passes
/// name and arguments to `watch`.
template <class Watch>
void watch_outgoing(std::string_view text, const std::vector<Bytes>& attachments, Watch watch) {
  // The handler that is emitting may be using the loop's own document.
  codec::Document document(codec::own_text);
  const auto payload = document.parse(text, attachments);
  if (!payload) return;
  ValueArray items(*payload);
  std::string number_name;
  const std::string_view event = event_name(items, number_name);
  detail::WatchedArguments arguments(*payload, attachments);
  watch(event, arguments);
}

/// The text of the exception; `unknown` if it is not a std::exception.
std::string message_of(const std::exception_ptr& exception, std::string_view unknown);

}  // namespace socketio::core
