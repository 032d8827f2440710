// SPDX-License-Identifier: MIT
// What a peer escapes in a query or posts as text may be any bytes; what users get is text. Pure
// functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace socketio::http {

/// Each maximal part of a code point that never became one turns into U+FFFD, as JavaScript's
/// decoders do it (Unicode 15 section 3.9, table 3-8).
std::string with_replacements(std::string_view bytes);

bool is_utf8(std::string_view bytes);

}  // namespace socketio::http
