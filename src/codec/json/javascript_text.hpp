// SPDX-License-Identifier: MIT
// Two things that JSON.stringify writes, or JSON.parse reads, and simdjson refuses: escapes of lone
// surrogates, and integers that do not fit 64 bits. Both are rare, so the text is changed before it
// is parsed (surrogates) or once more (integers). Text that is no JSON stays no JSON. Pure
// functions, linear, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::codec {

/// Turns every surrogate escape without its partner (`\ud800`) into `\ufffd`, in place.
void replace_lone_surrogates(char* text, std::size_t text_bytes);

/// The text with `e0` behind each integer beyond 64 bits, which makes it a double; nothing if there
/// is none.
std::optional<std::string> widen_integers(std::string_view text);

}  // namespace socketio::codec
