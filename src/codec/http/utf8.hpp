// SPDX-License-Identifier: MIT
// Makes text of bytes: a peer can put any bytes into an escaped query or a posted body, but users
// get valid UTF-8. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace socketio::http {

/// Replaces each maximal incomplete part of a code point with U+FFFD, as JavaScript's decoders do
/// (Unicode 15 section 3.9, table 3-8).
std::string with_replacements(std::string_view bytes);

bool is_utf8(std::string_view bytes);

}  // namespace socketio::http
