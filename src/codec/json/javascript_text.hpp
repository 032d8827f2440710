// SPDX-License-Identifier: MIT
// What JSON.stringify writes, or JSON.parse reads, and simdjson refuses: escapes of lone
// surrogates, and numbers beyond 64 bits or beyond a double. All are rare, so the text is changed
// before it is parsed (surrogates) or once more (numbers). Text that is no JSON stays no JSON. Pure
// functions, linear, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::codec {

/// Turns every surrogate escape without its partner (`\ud800`) into `\ufffd`, in place.
void replace_lone_surrogates(char* text, std::size_t text_bytes);

/// Walks the numbers of a text: `for (Numbers numbers(text); numbers.next();)`.
class Numbers {
 public:
  /// How a number is told to simdjson: as it is; an integer beyond 64 bits as a double; one beyond
  /// double by another in its place.
  enum class Reach : std::uint8_t { plain, beyond_64_bits, beyond_double };

  explicit Numbers(std::string_view text) : text_(text) {}
  bool next();
  /// Where the number begins, and ends.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  Reach reach() const;

 private:
  std::string_view text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// The number at the front of `text`, or what looks like one.
std::string_view leading_number(std::string_view text);

/// The text with `e0` behind each integer beyond 64 bits, which makes it a double, and `0.0` for
/// each number beyond double; nothing if there are none.
std::optional<std::string> with_numbers_in_reach(std::string_view text);

}  // namespace socketio::codec
