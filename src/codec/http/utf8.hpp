// SPDX-License-Identifier: MIT
// What a peer escapes in a query may be any bytes; what users get is text. Pure function, any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace socketio::http {

/// Each maximal part of a code point that never became one turns into U+FFFD, as JavaScript's
/// decoders do it (Unicode 15 section 3.9, table 3-8).
std::string with_replacements(std::string_view bytes);

}  // namespace socketio::http
