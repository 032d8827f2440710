// SPDX-License-Identifier: MIT
// Parses the JSON that most packets consist of: a short text without white space, as JSON.stringify
// writes it. simdjson is made for long texts, and takes several hundred instructions before it has
// looked at the first character. The result is the tree that simdjson makes of the same text, word
// for word (simdjson's doc/tape.md), so that whoever reads it need not know who has made it. Private
// to codec/json. Pure function, any thread.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string_view>

namespace socketio::codec {

/// Longer texts are faster with simdjson.
inline constexpr std::size_t plain_text_bytes = 1'024;

/// Makes the tree of `text` in `document`, which has been allocated for a text of that size. False for anything unusual, valid or not: then simdjson has to parse the text.
bool parse_plain(std::string_view text, std::size_t depth, simdjson::dom::document& document);

}  // namespace socketio::codec
