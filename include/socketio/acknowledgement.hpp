// SPDX-License-Identifier: MIT
// What one emit may be told, and how the answer to it is read: shared by Socket, BroadcastOperator
// and ClientSocket. Not for direct use.
#pragma once

#include <socketio/arguments.hpp>
#include <socketio/outcome.hpp>
#include <socketio/pending.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio::detail {

struct EmitFlags {
  friend bool operator==(const EmitFlags&, const EmitFlags&) = default;
  std::optional<std::chrono::milliseconds> timeout;
  Compress compress = Compress::yes;
  bool is_volatile = false;
  bool is_local = false;
};

/// Gets the arguments of one acknowledgement, or the error in its place. Called once.
using AckCallback = std::function<void(std::error_code, const Value* arguments)>;

/// Every answer that will come has come. Called once.
using AllCallback = std::function<void(MissingNodes missing)>;

/// The elements of `array`, as a copy.
inline Arguments all_arguments(const Value& array) {
  TextBuffer text;
  std::vector<Bytes> attachments;
  JsonWriter writer(text, attachments);
  ValueArray items(array);
  for (Value item; items.next(item);) item.write(writer);
  return {std::string(text.view()), std::move(attachments)};
}

/// Of the first argument; Arguments takes all.
template <class R>
Reply<R> decode_reply(std::error_code error, const Value* arguments) {
  if (error) return error;
  Value first;
  ValueArray items(*arguments);
  try {
    if constexpr (std::is_same_v<R, Arguments>) {
      return all_arguments(*arguments);
    } else if constexpr (std::is_same_v<R, json>) {
      return items.next(first) ? first.to_json() : json();
    } else {
      R value{};
      if (items.next(first) && decode(first, value)) return value;
    }
  } catch (...) {  // a Decode of the user's, or no memory; who waits has to be told all the same
  }
  return Errc::bad_answer;
}

}  // namespace socketio::detail
