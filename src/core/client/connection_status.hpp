// SPDX-License-Identifier: MIT
// ConnectionStatus: how a client's connection fares. Written by the loop only; any thread reads it.
#pragma once

#include <atomic>
#include <cstddef>

namespace socketio::core {

enum class CarriedBy : unsigned char { nothing, polling, websocket };

struct ConnectionStatus {
  std::atomic<CarriedBy> carried_by = CarriedBy::nothing;
  /// Bytes that the server has not taken, when the loop counted last.
  std::atomic<std::size_t> queued_bytes = 0;
};

}  // namespace socketio::core
