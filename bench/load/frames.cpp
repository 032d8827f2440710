// SPDX-License-Identifier: MIT
#include "frames.hpp"

#include <array>

namespace load {
namespace {

constexpr std::array<unsigned char, 4> mask_key{0x37, 0xfa, 0x21, 0x3d};
constexpr unsigned char mask_bit = 0x80;

std::string header(Opcode opcode, std::size_t length, unsigned char mask) {
  std::string out;
  out.push_back(static_cast<char>(0x80 | static_cast<unsigned>(opcode)));
  int extended = 0;
  if (length < 126) {
    out.push_back(static_cast<char>(mask | length));
  } else if (length <= 0xffff) {
    out.push_back(static_cast<char>(mask | 126));
    extended = 2;
  } else {
    out.push_back(static_cast<char>(mask | 127));
    extended = 8;
  }
  for (int i = extended - 1; i >= 0; --i) out.push_back(static_cast<char>(length >> (8 * i)));
  return out;
}

}  // namespace

std::string client_frame(Opcode opcode, std::string_view payload) {
  std::string out = header(opcode, payload.size(), mask_bit);
  out.append(reinterpret_cast<const char*>(mask_key.data()), mask_key.size());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask_key[i % 4]));
  }
  return out;
}

std::string server_frame(Opcode opcode, std::string_view payload) {
  return header(opcode, payload.size(), 0).append(payload);
}

std::optional<Frame> read_frame(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  std::uint64_t length = byte(1) & 0x7fU;
  std::size_t start = 2;
  if (length >= 126) {
    const std::size_t extended = length == 126 ? 2 : 8;
    if (bytes.size() < start + extended) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < extended; ++i) length = length << 8U | byte(start + i);
    start += extended;
  }
  if (bytes.size() - start < length) return std::nullopt;
  return Frame{.opcode = static_cast<Opcode>(byte(0) & 0x0fU),
               .payload = bytes.substr(start, length),
               .size = start + length};
}

}  // namespace load
