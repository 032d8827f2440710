// SPDX-License-Identifier: MIT
// What an event counts for where memory is limited. A pure function.
#pragma once

#include <socketio/json.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace socketio::core {

/// Its own bytes and the cost of keeping it.
inline std::size_t event_bytes(std::string_view text, const std::vector<Bytes>& attachments) {
  constexpr std::size_t event_overhead_bytes = 128;
  std::size_t size = event_overhead_bytes + text.size();
  for (const Bytes& attachment : attachments) size += attachment.size();
  return size;
}

}  // namespace socketio::core
