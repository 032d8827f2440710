// SPDX-License-Identifier: MIT
// What people type, looked at by character: one Unicode code point each, which is also how the page
// counts. Input is UTF-8; what is not becomes U+FFFD. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace showcase {

std::u32string decode_utf8(std::string_view text);
std::string encode_utf8(std::u32string_view characters);

/// Without the white space at both ends, as String.prototype.trim in JavaScript takes it away.
std::u32string_view trim(std::u32string_view characters);

/// Control characters, those that change the direction of what follows, and others that nobody
/// sees: a name with them could look like another one, or like none.
bool has_invisible(std::u32string_view characters);

/// Lower case of every letter, so that "Ada", "ADA" and "ada" are one.
std::string fold_case(std::u32string_view characters);

/// What somebody wrote, as it is to be shown: trimmed; nothing if it is empty, longer than `limit`
/// characters, or, as a name, has characters that nobody sees.
std::optional<std::string> clean_message(std::string_view text, std::size_t limit);
std::optional<std::string> clean_name(std::string_view text, std::size_t limit);

}  // namespace showcase
