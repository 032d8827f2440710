// SPDX-License-Identifier: MIT
// Document: parses JSON text with simdjson into reusable memory and hands out Values. One per loop:
// parse() invalidates what the previous parse() gave. Strict RFC 8259 with limits on depth and
// nodes; lone surrogate escapes, which JavaScript sends, become U+FFFD; integers beyond 64 bits
// become doubles; numbers that a double cannot hold are refused.
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
  /// Values and keys of one text. The default is what a text of a megabyte can hold.
  std::size_t nodes = 500'000;
};

/// For texts that we wrote ourselves.
constexpr JsonLimits own_text{.nodes = std::numeric_limits<std::size_t>::max()};

enum class JsonErrc : std::uint8_t { syntax, too_deep, too_many_nodes, invalid_placeholder };

/// Has simdjson choose its code for this processor, which it does on first use. What it makes then
/// has static lifetime, and is to outlive whoever parses on a thread.
void prepare_json();

class Document {
 public:
  explicit Document(const JsonLimits& limits = {});
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// Copies `text` (simdjson reads past its end) and parses it.
  Result<Value, JsonErrc> parse(std::string_view text);
  /// The same for a packet with attachments: placeholders read as binary; every placeholder must
  /// name one of `attachments`, which must outlive the values.
  Result<Value, JsonErrc> parse(std::string_view text, std::span<const Bytes> attachments);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace socketio::codec
