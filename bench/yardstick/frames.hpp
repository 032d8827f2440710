// SPDX-License-Identifier: MIT
//
// The small part of RFC 6455 that an echo server needs: reads one masked frame in place, and writes
// the header of an unmasked one. Stateless.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace yardstick {

enum class Progress { Complete, Incomplete, Violation };

struct ClientFrame {
  Progress progress = Progress::Incomplete;
  // FIN, reserved bits, opcode.
  unsigned char first_byte = 0;
  // Unmasked in place if the frame is complete.
  std::span<char> payload;
  // Header and payload.
  std::size_t size = 0;

  unsigned opcode() const { return first_byte & 0x0fU; }
};

constexpr unsigned opcode_text = 1;
constexpr unsigned opcode_close = 8;
constexpr unsigned opcode_ping = 9;
constexpr unsigned opcode_pong = 10;
constexpr unsigned char fin_bit = 0x80;

constexpr std::size_t max_payload_bytes = 128 * 1024;

ClientFrame read_frame(std::span<char> bytes);
void append_frame(std::string& out, unsigned char first_byte, std::string_view payload);

// The response to an upgrade request, or an empty string if it is not one.
std::string upgrade_response(std::string_view request_head);

}  // namespace yardstick
