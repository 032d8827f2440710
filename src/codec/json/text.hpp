// SPDX-License-Identifier: MIT
// Strings and numbers as JSON.stringify writes them (ECMA-262, QuoteJSONString and
// Number::toString). Private to codec/json. Pure functions, any thread.
#pragma once

#include <socketio/text_buffer.hpp>

#include <string_view>

namespace socketio::codec {

/// Appends `text` in quotes; invalid UTF-8 becomes U+FFFD.
void append_quoted(TextBuffer& out, std::string_view text);

/// Appends a finite number as the shortest text that reads back equal.
void append_number(TextBuffer& out, double number);

}  // namespace socketio::codec
