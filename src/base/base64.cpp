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

// OpenSSL counts in int: longer inputs go in pieces of whole quanta, of 3 bytes and of
// 4 characters.
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
  std::size_t written = out.size();
  out.resize(out.size() + (bytes.size() + 2) / 3 * 4);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, 3 * piece_quanta);
    // Also writes a null, which falls on the string's own or is overwritten by the next piece.
    written += static_cast<std::size_t>(
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + written), octets(piece),
                        static_cast<int>(piece.size())));
    bytes.remove_prefix(piece.size());
  }
}

std::optional<std::string> decode(std::string_view text) {
  const std::size_t padding = padding_of(text);
  if (!is_canonical(text, padding)) return std::nullopt;
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
  bytes.resize(written - padding);
  return bytes;
}

}  // namespace socketio::base64
