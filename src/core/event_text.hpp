// SPDX-License-Identifier: MIT
// What a socket, at a server or at a client, reads off an event besides its handlers' arguments:
// its name, itself for those who watch all events, and what an exception says. Pure functions, any
// thread.
#pragma once

#include <socketio/socket.hpp>
#include <socketio/value.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

/// Walks `items` past the name. `number_name` holds it if it is a number, which is legal.
std::string_view event_name(ValueArray& items, std::string& number_name);

/// The event as those who watch all of them get it.
Event watched_event(std::string_view name, const Value& payload);
/// The same of one that is about to be sent: the JSON array with its name. Nothing if it cannot be
/// read.
std::optional<Event> watched_event(std::string_view text, const std::vector<Bytes>& attachments);

/// What it says; `unknown` for one that is no std::exception.
std::string message_of(const std::exception_ptr& exception, std::string_view unknown);

}  // namespace socketio::core
