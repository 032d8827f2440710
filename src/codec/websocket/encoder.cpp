// SPDX-License-Identifier: MIT
#include "codec/websocket/encoder.hpp"

#include "codec/websocket/mask.hpp"

#include <algorithm>

namespace socketio::websocket {
namespace {

constexpr std::uint8_t final_bit = 0x80;
// Section 5.5: a control frame holds 125 bytes, and a close code takes two of them.
constexpr std::size_t max_reason_bytes = 123;

void append_header(std::string& out, Opcode opcode, Coding coding, std::size_t size,
                   std::uint8_t mask_flag) {
  const std::uint8_t bits = coding == Coding::deflated ? final_bit | deflated_bit : final_bit;
  const std::size_t length_bytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
  const std::size_t short_length = length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127;
  std::array<char, 10> header;
  header[0] = static_cast<char>(bits | static_cast<std::uint8_t>(opcode));
  header[1] = static_cast<char>(mask_flag | short_length);
  std::size_t rest = size;
  for (std::size_t i = length_bytes; i > 0; --i, rest >>= 8) {
    header[1 + i] = static_cast<char>(rest & 0xff);
  }
  out.append(header.data(), 2 + length_bytes);
}

bool continues_code_point(char byte) { return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80; }

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload, Coding coding,
                  std::string_view prefix) {
  append_header(out, opcode, coding, prefix.size() + payload.size(), 0);
  out.append(prefix).append(payload);
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::array<std::uint8_t, 4> mask, Coding coding, std::string_view prefix) {
  const std::size_t size = prefix.size() + payload.size();
  append_header(out, opcode, coding, size, mask_bit);
  out.append(mask.begin(), mask.end());
  out.append(prefix).append(payload);
  apply_mask(out.data() + out.size() - size, size, mask);
}

std::string close_payload(CloseCode code, std::string_view reason) {
  std::string payload;
  if (code == CloseCode::no_status || code == CloseCode::abnormal) return payload;
  std::size_t size = std::min(reason.size(), max_reason_bytes);
  if (size < reason.size()) {
    while (size > 0 && continues_code_point(reason[size])) --size;
  }
  payload += static_cast<char>(static_cast<std::uint16_t>(code) >> 8);
  payload += static_cast<char>(static_cast<std::uint16_t>(code) & 0xff);
  payload.append(reason.substr(0, size));
  return payload;
}

}  // namespace socketio::websocket
