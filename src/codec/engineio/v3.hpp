// SPDX-License-Identifier: MIT
// Packets and payloads of Engine.IO protocol 3, which Socket.IO v2 clients speak. What differs from
// protocol 4 (packet.hpp): a binary packet has its type in front, as a byte or, in base64, as a
// digit behind `b`. A payload of long-polling is text, `<length>:<packet>` for each packet with the
// length in UTF-16 code units, or bytes: a byte 0 (text) or 1 (binary), the decimal digits of the
// length in bytes, each as a byte 0 to 9, a byte 255, and the packet.
//
// Decoding is linear, and the number of packets is limited as in protocol 4. Any thread.
#pragma once

#include "base/result.hpp"
#include "codec/engineio/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::engineio::v3 {

/// Decodes one text packet. The bytes of base64 go to `storage`, which the packet then views.
Result<Packet, Errc> decode_text(std::string_view text, std::string& storage);
/// Decodes one binary packet.
Result<Packet, Errc> decode_binary(std::string_view bytes);

/// The first byte of a binary packet.
constexpr char byte_of(PacketType type) { return static_cast<char>(type); }
/// Appends a packet in its text form (binary as `b`, a digit and base64).
void append_text(std::string& out, const Packet& packet);

/// Appends a packet to a payload that is text.
void append_to_payload(std::string& payload, const Packet& packet);
/// The packets of such a payload as a payload of bytes; nothing if none of them is binary.
std::optional<std::string> to_binary_payload(std::string_view payload);

class PayloadDecoder {
 public:
  /// `payload` must outlive the decoder. Text must be UTF-8; in bytes, that is checked.
  PayloadDecoder(std::string_view payload, Content form, std::size_t packet_limit);

  /// Returns the next packet (valid until the next call), nothing at the end, or an error, after
  /// which decoding stops.
  Result<std::optional<Packet>, Errc> next();

 private:
  /// The text or bytes of one packet.
  struct Entry {
    Content content;
    std::string_view packet;
  };

  /// Nothing if it was empty.
  Result<std::optional<Packet>, Errc> take_packet();
  Result<Entry, Errc> take_text_entry();
  Result<Entry, Errc> take_binary_entry();

  std::string_view rest_;
  Content form_;
  std::size_t packets_left_;
  // The bytes of a packet that arrived as base64.
  std::string storage_;
};

}  // namespace socketio::engineio::v3
