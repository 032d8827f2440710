// SPDX-License-Identifier: MIT
//
// WebSocket frames (RFC 6455 section 5.2) as a client writes and reads them. It does no more than a
// load generator needs: it writes whole messages and reads single frames. Stateless.
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
  // Header and payload.
  std::size_t size;
};

// Masked, as a client must. The key is constant: frames are made once and sent a million times.
std::string client_frame(Opcode opcode, std::string_view payload);

// What a server sends for the same message: unmasked, with the shortest form of the length.
std::string server_frame(Opcode opcode, std::string_view payload);

// Nothing if the frame is incomplete. Servers do not mask, so the payload can be viewed in place.
std::optional<Frame> read_frame(std::string_view bytes);

}  // namespace load
