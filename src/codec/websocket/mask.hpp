// SPDX-License-Identifier: MIT
// Masking of payloads (RFC 6455 section 5.3). The same operation masks and unmasks.
// Pure, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace socketio::websocket {

/// In the second byte of a frame: a masking key follows the length.
inline constexpr std::uint8_t mask_bit = 0x80;

using MaskKey = std::array<std::uint8_t, 4>;

/// XORs `bytes` with the key in place, beginning with key[0]. Returns whether the result is ASCII.
bool apply_mask(char* bytes, std::size_t size, const MaskKey& key);

}  // namespace socketio::websocket
