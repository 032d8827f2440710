// SPDX-License-Identifier: MIT
// What a socket, at a server or at a client, reads off an event besides its handlers'
// arguments: its name, itself for those who watch all events, and what an exception says. Pure
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

/// Walks `items` past the name. `number_name` holds it if it is a number, which is legal.
std::string_view event_name(ValueArray& items, std::string& number_name);

/// The arguments that are left of a packet with `attachments`.
Arguments undecoded(ValueArray items, std::span<const Bytes> attachments);

/// Reads an event that is about to be sent, the JSON array with its name, and tells `watch` both.
template <class Watch>
void watch_outgoing(std::string_view text, const std::vector<Bytes>& attachments, Watch watch) {
  // The loop's own document may be in use by the handler that is emitting.
  codec::Document document(codec::own_text);
  const auto payload = document.parse(text, attachments);
  if (!payload) return;
  ValueArray items(*payload);
  std::string number_name;
  const std::string_view event = event_name(items, number_name);
  detail::WatchedArguments arguments(*payload, attachments);
  watch(event, arguments);
}

/// What it says; `unknown` for one that is no std::exception.
std::string message_of(const std::exception_ptr& exception, std::string_view unknown);

}  // namespace socketio::core
