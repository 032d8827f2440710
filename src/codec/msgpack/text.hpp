// SPDX-License-Identifier: MIT
// A MessagePack value as JSON text with attachments, and back, so that packets of both encodings
// are handled by the same code. Binary data becomes an attachment with a placeholder in its place,
// and a date becomes the text that JSON.stringify makes of it. An undefined member of a map is left
// out; elsewhere undefined is null, and so are NaN and infinities. An extension becomes the array
// of type and bytes that notepack.io makes of it. Pure functions without recursion, any thread.
#pragma once

#include "codec/json/document.hpp"
#include "codec/msgpack/reader.hpp"

#include <socketio/json.hpp>
#include <socketio/text_buffer.hpp>
#include <socketio/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace socketio::msgpack {

struct TextLimits {
  /// The limits of the Document that reads the text.
  std::size_t depth = codec::JsonLimits{}.depth;
  std::size_t values = codec::JsonLimits{}.nodes;
  std::size_t attachments = 10;
  /// The length of the JSON text: one byte can become six.
  std::size_t text_bytes = 3'000'000;
};

/// Reads one value and appends its text.
std::optional<Errc> append_json(TextBuffer& text, std::vector<Bytes>& attachments, Reader& reader,
                                const TextLimits& limits);

/// Appends the value as notepack.io would. Attachments become binary data in their places.
void append_value(std::string& out, const Value& value);

void append_map_header(std::string& out, std::size_t pairs);
void append_integer(std::string& out, std::uint64_t value);
void append_string(std::string& out, std::string_view text);

}  // namespace socketio::msgpack
