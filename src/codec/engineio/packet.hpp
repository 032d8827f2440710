// SPDX-License-Identifier: MIT
// Packets and handshake of Engine.IO protocol 4. A text packet is one digit followed by data.
// A binary message is a raw WebSocket frame, or `b` and base64 where only text can travel. Pure
// functions, any thread.
#pragma once

#include "base/result.hpp"

#include <socketio/text_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::engineio {

inline constexpr std::string_view protocol_version = "4";

/// The revisions of the protocol. What is different in the older one: v3.hpp.
enum class Protocol : std::uint8_t { v3 = 3, v4 = 4 };

enum class PacketType : std::uint8_t { open = 0, close, ping, pong, message, upgrade, noop };

/// The name of the type, as JavaScript has it: "open" and so on.
std::string_view to_string(PacketType type);

/// What a message carries; the other packet types are always text.
enum class Content : std::uint8_t { text, binary };

struct Packet {
  PacketType type = PacketType::message;
  Content content = Content::text;
  std::string_view data = {};
};

enum class Errc : std::uint8_t {
  empty_packet,
  unknown_type,
  invalid_base64,
  invalid_handshake,
  too_many_packets,
  // For protocol 3 (v3.hpp).
  invalid_length,
  invalid_utf8,
};

/// Decodes one text packet; its base64 may contain line ends. The bytes of a base64 message go to
/// `storage`, which the packet then views; any other packet views `text`.
Result<Packet, Errc> decode_text(std::string_view text, std::string& storage);

/// Strict, except that line ends are allowed: the Java client inserts them.
std::optional<std::string> decode_base64(std::string_view text);

/// The first character of a text packet.
constexpr char digit_of(PacketType type) { return static_cast<char>('0' + static_cast<int>(type)); }

/// Appends a packet in its text form (binary as `b` + base64).
void append_text(std::string& out, const Packet& packet);

/// The JSON of the open packet (section "Handshake" of the Engine.IO protocol).
struct Handshake {
  std::string sid = {};
  std::vector<std::string> upgrades = {};
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  std::size_t max_payload_bytes = 1'000'000;
};

/// Encodes handshakes that differ in the sid alone: what follows it is written once.
class HandshakeEncoder {
 public:
  /// The handshake's own sid does not count.
  explicit HandshakeEncoder(const Handshake& handshake);
  /// Valid until the next call.
  std::string_view encode(std::string_view sid);

 private:
  std::string rest_;  // after the sid
  TextBuffer text_;
};

/// For the client. Fails if a member is missing or absurd: no sid, or an interval that is not in
/// 0 .. 2^31 - 1 ms. Fractions of a millisecond are rounded up. A missing maxPayload means no
/// limit (0).
Result<Handshake, Errc> decode_handshake(std::string_view json);

}  // namespace socketio::engineio
