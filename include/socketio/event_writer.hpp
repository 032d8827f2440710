// SPDX-License-Identifier: MIT
// OutgoingEvent: the name and arguments of one emit, encoded. Emitting templates make one on the
// stack; its memory is reused by the next emit of the thread, so that an emit allocates nothing
// once warm. Not for direct use.
#pragma once

#include <socketio/arguments.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio::detail {

class OutgoingEvent {
 public:
  /// Room in front of the JSON for the packet's header, so that the whole packet is one
  /// piece of memory.
  static constexpr std::size_t header_room = 64;

  /// Throws std::invalid_argument for a reserved name.
  template <class... Args>
  explicit OutgoingEvent(std::string_view name, Args&&... args) {
    require_allowed(name);
    borrow();
    JsonWriter writer(text_, attachments_);
    writer.begin_array();
    writer.string(name);
    (write(writer, std::forward<Args>(args)), ...);
    writer.end_array();
  }

  struct AckTag {};
  /// The arguments of an acknowledgement: an array without a name.
  template <class... Args>
  explicit OutgoingEvent(AckTag, Args&&... args) {
    borrow();
    JsonWriter writer(text_, attachments_);
    writer.begin_array();
    (write(writer, std::forward<Args>(args)), ...);
    writer.end_array();
  }
  ~OutgoingEvent();
  OutgoingEvent(const OutgoingEvent&) = delete;
  OutgoingEvent& operator=(const OutgoingEvent&) = delete;

  /// The JSON array.
  std::string_view json_text() const { return text_.view().substr(header_room); }
  const std::vector<Bytes>& attachments() const { return attachments_; }
  /// The room, which ends where the JSON begins.
  std::span<char> room() { return {text_.data(), header_room}; }
  std::vector<Bytes> take_attachments() { return std::move(attachments_); }

 private:
  static void require_allowed(std::string_view name);
  void borrow();
  template <class T>
  static void write(JsonWriter& writer, T&& value) {
    using Plain = std::remove_cvref_t<T>;
    constexpr bool may_move = !std::is_reference_v<T> && !std::is_const_v<T>;
    if constexpr (std::is_same_v<Plain, Arguments>) {
      relay(writer, value);
    } else if constexpr (std::is_array_v<Plain> &&
                         std::is_same_v<std::remove_extent_t<Plain>, char>) {
      writer.string(std::string_view(value));
    } else if constexpr (may_move && std::is_same_v<Plain, Bytes>) {
      writer.take_binary(std::move(value));
    } else if constexpr (may_move && std::is_same_v<Plain, json>) {
      writer.value(std::move(value));
    } else {
      socketio::encode(writer, value);
    }
  }
  static void relay(JsonWriter& writer, const Arguments& arguments);

  TextBuffer text_;
  std::vector<Bytes> attachments_;
};

}  // namespace socketio::detail
