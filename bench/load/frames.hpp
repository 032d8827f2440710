// SPDX-License-Identifier: MIT
//
// WebSocket frames (RFC 6455 section 5.2) as a client writes and reads them, no more than a load
// generator needs: whole messages out, single frames in. Stateless.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace load {

enum class Opcode : std::uint8_t { Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

struct Frame {
  Opcode opcode;
  std::string_view payload;
  std::size_t size;  // header and payload
};

// Masked, as a client must. The key is a constant: frames are made once and sent a million times.
std::string client_frame(Opcode opcode, std::string_view payload);

// The bytes by which a server says the same: unmasked, with the shortest form of the length.
std::string server_frame(Opcode opcode, std::string_view payload);

// Nothing when the frame is not complete yet. Servers do not mask, so the payload stays in place.
std::optional<Frame> read_frame(std::string_view bytes);

}  // namespace load
