// SPDX-License-Identifier: MIT
#include "codec/http/utf8.hpp"

#include <simdjson.h>

#include <cstddef>

namespace socketio::http {
namespace {

// The sequence that a lead byte starts. `size` is 0 if the byte starts none. The second byte has
// limits of its own (Unicode 15 table 3-7).
struct Sequence {
  std::size_t size = 0;
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xbf;
};

Sequence sequence_of(unsigned char lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xc2) return {};
  if (lead < 0xe0) return {2};
  if (lead == 0xe0) return {3, 0xa0};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3};
  if (lead == 0xf0) return {4, 0x90};
  if (lead < 0xf4) return {4};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

// The number of bytes at the front that belong to `sequence`, including the lead byte.
std::size_t matching_bytes(std::string_view bytes, const Sequence& sequence) {
  std::size_t n = 1;
  while (n < sequence.size && n < bytes.size()) {
    const auto byte = static_cast<unsigned char>(bytes[n]);
    const auto min = n == 1 ? sequence.second_min : 0x80;
    const auto max = n == 1 ? sequence.second_max : 0xbf;
    if (byte < min || byte > max) break;
    ++n;
  }
  return n;
}

}  // namespace

std::string with_replacements(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto sequence = sequence_of(static_cast<unsigned char>(bytes.front()));
    const auto n = matching_bytes(bytes, sequence);
    text.append(n == sequence.size ? bytes.substr(0, n) : std::string_view("\xef\xbf\xbd"));
    bytes.remove_prefix(n);
  }
  return text;
}

bool is_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

}  // namespace socketio::http
