// SPDX-License-Identifier: MIT
#include "frames.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <strings.h>

namespace yardstick {
namespace {

void unmask(std::span<char> payload, const char* key) {
  std::uint32_t word = 0;
  std::memcpy(&word, key, sizeof word);
  const std::uint64_t two_words = static_cast<std::uint64_t>(word) << 32U | word;
  std::size_t i = 0;
  for (; i + sizeof two_words <= payload.size(); i += sizeof two_words) {
    std::uint64_t piece = 0;
    std::memcpy(&piece, payload.data() + i, sizeof piece);
    piece ^= two_words;
    std::memcpy(payload.data() + i, &piece, sizeof piece);
  }
  for (; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
}

std::string_view header_value(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    const std::string_view line = head.substr(at + 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    std::string_view value = line.substr(name.size() + 1);
    value = value.substr(0, value.find("\r\n"));
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ')) value.remove_suffix(1);
    return value;
  }
  return {};
}

}  // namespace

ClientFrame read_frame(std::span<char> bytes) {
  ClientFrame frame;
  if (bytes.size() < 6) return frame;
  const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  frame.first_byte = byte(0);
  std::uint64_t length = byte(1) & 0x7fU;
  std::size_t start = 2;
  if (length >= 126) {
    const std::size_t extended = length == 126 ? 2 : 8;
    if (bytes.size() < start + extended) return frame;
    length = 0;
    for (std::size_t i = 0; i < extended; ++i) length = length << 8U | byte(start + i);
    start += extended;
  }
  const bool is_masked = (byte(1) & 0x80U) != 0;
  if (!is_masked || length > max_payload_bytes) {
    frame.progress = Progress::Violation;
    return frame;
  }
  if (bytes.size() < start + 4 + length) return frame;
  frame.payload = bytes.subspan(start + 4, length);
  unmask(frame.payload, bytes.data() + start);
  frame.size = start + 4 + length;
  frame.progress = Progress::Complete;
  return frame;
}

void append_frame(std::string& out, unsigned char first_byte, std::string_view payload) {
  std::array<char, 10> header;
  std::size_t size = 2;
  header[0] = static_cast<char>(first_byte);
  if (payload.size() < 126) {
    header[1] = static_cast<char>(payload.size());
  } else {
    const std::size_t extended = payload.size() <= 0xffff ? 2 : 8;
    header[1] = extended == 2 ? 126 : 127;
    for (std::size_t i = extended; i > 0; --i) {
      header[size++] = static_cast<char>(payload.size() >> (8 * (i - 1)));
    }
  }
  out.append(header.data(), size).append(payload);
}

std::string upgrade_response(std::string_view request_head) {
  const std::string_view key = header_value(request_head, "Sec-WebSocket-Key");
  if (!request_head.starts_with("GET ") || key.empty()) return {};
  // RFC 6455 section 1.3
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> accept;
  const int length = EVP_EncodeBlock(accept.data(), digest.data(), SHA_DIGEST_LENGTH);
  std::string out =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  out.append(reinterpret_cast<const char*>(accept.data()), static_cast<std::size_t>(length));
  return out += "\r\n\r\n";
}

}  // namespace yardstick
