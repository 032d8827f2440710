// SPDX-License-Identifier: MIT
#include "base/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace socketio::base64 {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// OpenSSL counts in int: longer texts go in pieces of whole quanta of 4 characters.
constexpr std::size_t piece_quanta = 1 << 20;

constexpr auto in_alphabet = [] {
  std::array<bool, 256> table{};
  for (const char c : alphabet) table[static_cast<std::uint8_t>(c)] = true;
  return table;
}();

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// OpenSSL's decoder skips blanks and takes '=' anywhere and unused bits that are not zero; both
/// sides of a comparison of encoded text need one spelling only (RFC 4648 section 3.5).
bool is_canonical(std::string_view text, std::size_t padding) {
  if (text.size() % 4 != 0) return false;
  const std::string_view symbols = text.substr(0, text.size() - padding);
  if (!std::all_of(symbols.begin(), symbols.end(),
                   [](char c) { return in_alphabet[static_cast<std::uint8_t>(c)]; })) {
    return false;
  }
  if (padding == 0) return true;
  const std::size_t unused_bits = padding == 1 ? 0x03 : 0x0f;
  return (alphabet.find(symbols.back()) & unused_bits) == 0;
}

std::size_t padding_of(std::string_view text) {
  if (text.size() < 4 || text.back() != '=') return 0;
  return text[text.size() - 2] == '=' ? 2 : 1;
}

}  // namespace

void append_encoded(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  out.resize(before + encoded_bytes(bytes.size()));
  encode(bytes, out.data() + before);
}

char* encode(std::string_view bytes, char* to) {
  const unsigned char* from = octets(bytes);
  std::size_t left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    to[0] = alphabet[from[0] >> 2];
    to[1] = alphabet[(from[0] << 4 | from[1] >> 4) & 63];
    to[2] = alphabet[(from[1] << 2 | from[2] >> 6) & 63];
    to[3] = alphabet[from[2] & 63];
  }
  if (left == 0) return to;
  const int second = left == 2 ? from[1] : 0;
  to[0] = alphabet[from[0] >> 2];
  to[1] = alphabet[(from[0] << 4 | second >> 4) & 63];
  to[2] = left == 2 ? alphabet[(second << 2) & 63] : '=';
  to[3] = '=';
  return to + 4;
}

std::optional<std::size_t> decoded_bytes(std::string_view text) {
  const std::size_t padding = padding_of(text);
  if (!is_canonical(text, padding)) return std::nullopt;
  return text.size() / 4 * 3 - padding;
}

std::optional<std::string> decode(std::string_view text) {
  const auto decoded = decoded_bytes(text);
  if (!decoded) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  std::size_t written = 0;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, 4 * piece_quanta);
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data() + written),
                                     octets(piece), static_cast<int>(piece.size()));
    if (size < 0) return std::nullopt;
    written += static_cast<std::size_t>(size);
    text.remove_prefix(piece.size());
  }
  bytes.resize(*decoded);
  return bytes;
}

}  // namespace socketio::base64
