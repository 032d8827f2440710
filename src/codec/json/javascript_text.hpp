// SPDX-License-Identifier: MIT
// What JSON.stringify writes or JSON.parse accepts, but simdjson refuses: escapes of lone
// surrogates, and numbers beyond 64 bits or beyond double. All are rare. Surrogates are replaced
// before the text is parsed; numbers are replaced when parsing has failed, and the text is parsed
// again. Invalid JSON stays invalid. Pure functions, linear, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::codec {

/// Replaces every surrogate escape without its partner (`\ud800`) with `\ufffd`, in place.
void replace_lone_surrogates(char* text, std::size_t text_bytes);

/// Iterates over the numbers of a text: `for (Numbers numbers(text); numbers.next();)`.
class Numbers {
 public:
  /// What simdjson is given for a number: `plain` the number itself, `beyond_64_bits` the integer
  /// in the form of a double, `beyond_double` another number in its place.
  enum class Reach : std::uint8_t { plain, beyond_64_bits, beyond_double };

  explicit Numbers(std::string_view text) : text_(text) {}
  bool next();
  /// The number is the part of the text from begin() to end().
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  Reach reach() const;

 private:
  std::string_view text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// The number at the front of `text`, or the characters that look like one.
std::string_view leading_number(std::string_view text);

/// Returns the text with `e0` after each integer beyond 64 bits, which makes it a double, and with
/// `0.0` in place of each number beyond double. Nothing if there are none.
std::optional<std::string> with_numbers_in_reach(std::string_view text);

}  // namespace socketio::codec
