// SPDX-License-Identifier: MIT
#include "codec/websocket/encoder.hpp"

#include "codec/websocket/mask.hpp"

#include <algorithm>

namespace socketio::websocket {
namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t compressed_bit = 0x40;
// Section 5.5: a control frame holds 125 bytes, of which a close code takes two.
constexpr std::size_t max_reason_bytes = 123;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xff));
  }
}

void append_header(std::string& out, Opcode opcode, Coding coding, std::size_t size,
                   std::uint8_t mask_flag) {
  const std::uint8_t bits = coding == Coding::deflated ? final_bit | compressed_bit : final_bit;
  out.push_back(static_cast<char>(bits | static_cast<std::uint8_t>(opcode)));
  if (size < 126) {
    out.push_back(static_cast<char>(mask_flag | size));
  } else if (size <= 0xffff) {
    out.push_back(static_cast<char>(mask_flag | 126));
    append_big_endian(out, size, 2);
  } else {
    out.push_back(static_cast<char>(mask_flag | 127));
    append_big_endian(out, size, 8);
  }
}

bool continues_code_point(char byte) { return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80; }

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload, Coding coding) {
  append_header(out, opcode, coding, payload.size(), 0);
  out.append(payload);
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::array<std::uint8_t, 4> mask, Coding coding) {
  append_header(out, opcode, coding, payload.size(), mask_bit);
  out.append(mask.begin(), mask.end());
  out.append(payload);
  apply_mask(out.data() + out.size() - payload.size(), payload.size(), mask);
}

std::string close_payload(CloseCode code, std::string_view reason) {
  std::string payload;
  if (code == CloseCode::no_status || code == CloseCode::abnormal) return payload;
  std::size_t size = std::min(reason.size(), max_reason_bytes);
  if (size < reason.size()) {
    while (size > 0 && continues_code_point(reason[size])) --size;
  }
  append_big_endian(payload, static_cast<std::uint16_t>(code), 2);
  payload.append(reason.substr(0, size));
  return payload;
}

}  // namespace socketio::websocket
