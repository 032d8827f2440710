// SPDX-License-Identifier: MIT
// Base64 with the standard alphabet and padding (RFC 4648 section 4). The decoder is strict: no
// blanks, no missing padding, no characters outside the alphabet. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace socketio::base64 {

/// Appends the encoding of `bytes` to `out`.
void append_encoded(std::string& out, std::string_view bytes);

/// The decoded bytes, or nothing if `text` is not canonical base64.
std::optional<std::string> decode(std::string_view text);

}  // namespace socketio::base64
