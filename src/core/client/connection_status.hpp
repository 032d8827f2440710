// SPDX-License-Identifier: MIT
// ConnectionStatus: the state of a client's connection. Only the loop writes it; any
// thread reads it.
#pragma once

#include <atomic>
#include <cstddef>

namespace socketio::core {

enum class CarriedBy : unsigned char { nothing, polling, websocket };

struct ConnectionStatus {
  std::atomic<CarriedBy> carried_by = CarriedBy::nothing;
  /// Bytes that the server has not read, as of the loop's last count.
  std::atomic<std::size_t> queued_bytes = 0;
};

}  // namespace socketio::core
