// SPDX-License-Identifier: MIT
#include "codec/websocket/encoder.hpp"

#include "codec/websocket/mask.hpp"

#include <algorithm>
#include <cassert>

namespace socketio::websocket {
namespace {

// Section 5.5: a control frame holds 125 bytes, and a close code takes two of them.
constexpr std::size_t max_reason_bytes = 123;

/// What a frame begins with, short enough to be appended in one piece.
class FrameStart {
 public:
  FrameStart(Opcode opcode, Coding coding, std::size_t size, std::uint8_t mask_flag) {
    const std::uint8_t bits = coding == Coding::deflated ? final_bit | deflated_bit : final_bit;
    bytes_[0] = static_cast<char>(bits | static_cast<std::uint8_t>(opcode));
    if (size < 126) {
      bytes_[1] = static_cast<char>(mask_flag | size);
      return;
    }
    const std::size_t length_bytes = size <= 0xffff ? 2 : 8;
    bytes_[1] = static_cast<char>(mask_flag | (length_bytes == 2 ? 126 : 127));
    for (std::size_t i = length_bytes; i > 0; --i, size >>= 8) {
      bytes_[1 + i] = static_cast<char>(size & 0xff);
    }
    size_ += length_bytes;
  }

  void add(std::string_view bytes) {
    assert(bytes.size() <= prefix_limit);
    for (const char byte : bytes) bytes_[size_++] = byte;
  }
  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 10 + prefix_limit> bytes_;
  std::size_t size_ = 2;
};

bool continues_code_point(char byte) { return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80; }

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload, Coding coding,
                  std::string_view prefix) {
  FrameStart start(opcode, coding, prefix.size() + payload.size(), 0);
  start.add(prefix);
  out.append(start.text()).append(payload);
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload,
                         std::array<std::uint8_t, 4> mask, Coding coding, std::string_view prefix) {
  const std::size_t size = prefix.size() + payload.size();
  out.append(FrameStart(opcode, coding, size, mask_bit).text());
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
