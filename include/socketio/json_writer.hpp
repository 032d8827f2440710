// SPDX-License-Identifier: MIT
// JsonWriter: appends JSON to a buffer in the way JSON.stringify would, taking binary out as
// attachments and leaving placeholders (`{"_placeholder":true,"num":k}`, Socket.IO protocol,
// "Sending and receiving binary"). It is what typed arguments are encoded with; user code meets it
// only when it writes its own socketio::Encode<T>.
//
// Commas are put by the writer: in an array just write the values, in an object write key() before
// each value. Invalid UTF-8 becomes U+FFFD; NaN and infinities become null; doubles are the
// shortest text that reads back equal.
#pragma once

#include <socketio/json.hpp>
#include <socketio/text_buffer.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace socketio {

class JsonWriter {
 public:
  /// `as_numbers`: as 1e999, for text that we read ourselves.
  enum class Infinities : std::uint8_t { as_null, as_numbers };

  /// Appends to `text`; `attachments` receives the binary data, copied unless it is moved in. Both
  /// must outlive the writer.
  JsonWriter(TextBuffer& text, std::vector<Bytes>& attachments,
             Infinities infinities = Infinities::as_null)
      : text_(text), attachments_(attachments), infinities_(infinities) {}

  void null();
  void boolean(bool value);  // NOLINT: the value itself, not a mode
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void number(double value);
  void string(std::string_view value);
  void binary(std::span<const std::uint8_t> value) {
    take_binary(Bytes(value.begin(), value.end()));
  }
  /// The same without a copy.
  void take_binary(Bytes&& value);
  /// Any json value; json::binary anywhere in it becomes an attachment, discarded values
  /// become null.
  void value(const json& value);
  void value(json&& value);
  /// Text that is already JSON (to relay without parsing).
  void raw(std::string_view json_text);

  void begin_array();
  void end_array();
  void begin_object();
  void end_object();
  void key(std::string_view name);

 private:
  void separate();

  TextBuffer& text_;
  std::vector<Bytes>& attachments_;
  Infinities infinities_;
  bool needs_comma_ = false;
};

}  // namespace socketio
