// SPDX-License-Identifier: MIT
// Document parses JSON text with simdjson into memory that it reuses, and hands out Values.
// There is one per loop: parse() invalidates the result of the previous parse(). Strict RFC 8259
// with limits on depth and nodes. Lone surrogate escapes, which JavaScript sends, become U+FFFD;
// integers beyond 64 bits become doubles; numbers beyond double read as infinite, as in JavaScript,
// but keep their text.
#pragma once

#include "base/result.hpp"

#include <socketio/value.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>

namespace socketio::codec {

struct JsonLimits {
  std::size_t depth = 128;
  /// The values and keys of one text. A text of a megabyte cannot exceed the default.
  std::size_t nodes = 500'000;
};

/// Limits for texts that we have written ourselves.
constexpr JsonLimits own_text{.nodes = std::numeric_limits<std::size_t>::max()};

enum class JsonErrc : std::uint8_t { syntax, too_deep, too_many_nodes, invalid_placeholder };

/// Makes simdjson select its code for this processor, which it otherwise does on first use. The
/// selection has static lifetime and must outlive every thread that parses.
void prepare_json();

class Document {
 public:
  explicit Document(const JsonLimits& limits = {});
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// Copies `text` (simdjson reads past its end) and parses it.
  Result<Value, JsonErrc> parse(std::string_view text);
  /// The same for a packet with attachments. Placeholders read as binary data; each must name one
  /// of `attachments`, which must outlive the values.
  Result<Value, JsonErrc> parse(std::string_view text, std::span<const Bytes> attachments);
  /// The last Value is no longer used: frees memory if its text was large.
  void give_back_large();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace socketio::codec
