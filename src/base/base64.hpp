// SPDX-License-Identifier: MIT
// Base64 with the standard alphabet and padding (RFC 4648 section 4). The decoder is strict: no
// blanks, no missing padding, no characters outside the alphabet. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::base64 {

constexpr std::size_t encoded_bytes(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

/// Writes the encoding of `bytes`, and returns its end.
char* encode(std::string_view bytes, char* to);

/// Appends the encoding of `bytes` to `out`.
void append_encoded(std::string& out, std::string_view bytes);

/// How many bytes `text` stands for, or nothing if it is not canonical base64.
std::optional<std::size_t> decoded_bytes(std::string_view text);

/// The decoded bytes, or nothing if `text` is not canonical base64.
std::optional<std::string> decode(std::string_view text);

}  // namespace socketio::base64
